-- What the three scripts share: where a project's data stands, and the fold of progresskit.state.
--
-- One call opens the project, folds what it has to in memory, and saves once: everything is read and decided
-- before the first write. Names and values travel as JSON text, exactly as they came: nothing is encoded anew.
-- A task is keyed by the JSON text of its name; its record, in MessagePack, holds the members of its state as
-- text ('"message":"..."'), so that a state or an event is put together by joining strings.

local META, TASKS, INDEX, DUE, PARTS, PART_NAMES, SENDERS, SEEN = unpack(KEYS)
local project, channel, candidate, now_text = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local keep_ms, lease_ms = tonumber(ARGV[5]), tonumber(ARGV[6])

local MAX_TASKS, MAX_SUPERSEDED, MAX_PARTS = 1000, 16, 1000
local SENDER_KEEP_MS = 3600000
local TERMINAL = {completed = true, failed = true, cancelled = true}

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function whole(number)
  return string.format('%.0f', number)
end

-- --- opening ----------------------------------------------------------------------------------------------------

-- How many entries each key holds: as noted in the meta key at the last save, unless one was evicted since.
local function sizes()
  return table.concat({
    redis.call('HLEN', TASKS), redis.call('ZCARD', INDEX), redis.call('ZCARD', DUE), redis.call('HLEN', PARTS),
    redis.call('ZCARD', PART_NAMES), redis.call('HLEN', SENDERS), redis.call('ZCARD', SEEN),
  }, ' ')
end

-- Which process this server is; '' where this user may not ask.
local function server_now()
  local info = redis.pcall('INFO', 'server')
  if type(info) ~= 'string' then
    return ''
  end
  return string.match(info, 'run_id:(%w+)') or ''
end

local meta = redis.call('HMGET', META, 'epoch', 'offset', 'server', 'sizes')
local epoch, offset, server = meta[1], tonumber(meta[2] or 0), meta[3] or ''
local known = epoch and true or false
local asked = server_now()
local lost = meta[4] ~= sizes()  -- an evicted key; or what is left of a project whose meta key was evicted
local renewed = lost or (asked ~= '' and server ~= '' and asked ~= server)
if not known or renewed then
  epoch = candidate
end
if asked ~= '' then
  server = asked
end

-- --- what is read once, changed in memory, and saved at the end -------------------------------------------------

local records = {}    -- task -> its record; false where there is none
local changed = {}    -- task -> true: its record is to be saved
local moved = {}      -- task -> its new offset
local put_out = {}    -- task -> true: over the 1,000
local parts = {}      -- task -> part -> {share, fraction}; what a record's run has reported
local new_parts = {}  -- task -> part -> whether the store has never seen it
local emptied = {}    -- task -> true: the parts in the store are another run's
local delivered = {}
local count = lost and 0 or redis.call('ZCARD', INDEX)
local oldest, next_oldest

local function record_of(task)
  local record = records[task]
  if record == nil then
    local packed = not lost and redis.call('HGET', TASKS, task)
    record = packed and cmsgpack.unpack(packed) or false
    records[task] = record
  end
  return record
end

local function part_of(task, part)
  local known_parts = parts[task]
  if not known_parts then
    known_parts = {}
    parts[task] = known_parts
  end
  if known_parts[part] == nil and not emptied[task] then
    local value = redis.call('HGET', PARTS, task .. '\n' .. part)
    if value then
      local share, fraction = string.match(value, '^(%S+) (%S+)$')
      known_parts[part] = {tonumber(share), tonumber(fraction)}
    end
  end
  return known_parts[part]
end

local function forget_parts(task)
  parts[task], new_parts[task], emptied[task] = {}, nil, true
end

local function live(record)
  return record and not TERMINAL[record.status]
end

local function is_auto(run)
  return string.sub(run, 1, 6) == '"auto-'
end

-- --- the fold ---------------------------------------------------------------------------------------------------

-- The run that an event without one belongs to; nil = the event is refused.
local function current_run(record, event)
  local fresh = '"auto-' .. whole(offset + 1) .. '"'
  if not record then
    return fresh
  end
  if TERMINAL[record.status] then
    return not TERMINAL[event.status] and fresh or nil
  end
  if event.status == 'queued' and record.status ~= 'queued' then
    return (is_auto(record.run) or record.status == 'stalled') and fresh or nil
  end
  return record.run
end

local function is_refused(record, run, event)
  if run == record.run then
    return TERMINAL[record.status] or (event.status == 'queued' and record.status ~= 'queued')
  end
  for _, former in ipairs(record.superseded) do
    if former == run then
      return true
    end
  end
  return false
end

local function begun(former, run, at)
  local attempt, superseded = 1, {}
  if former then
    -- A run that was only announced, without a name, is taken over by the first named one.
    local taken_over = is_auto(former.run) and former.status == 'queued'
    attempt = taken_over and former.attempt or former.attempt + 1
    superseded = former.superseded
    table.insert(superseded, former.run)
    if #superseded > MAX_SUPERSEDED then
      table.remove(superseded, 1)
    end
  end
  return {
    run = run, attempt = attempt, superseded = superseded, started = at, members = {}, leases = {},
    total = 0, parts = 0,
  }
end

-- The progress of the whole after one of its parts reported, as text; '' where there is no room for another part.
local function reached(event, record)
  local former = part_of(event.task, event.part)
  if not former and record.parts >= MAX_PARTS then
    return ''
  end
  local share, fraction = tonumber(event.share), tonumber(event.progress)
  local old_share, old_fraction = 0, 0
  if former then
    old_share, old_fraction = former[1], former[2]
  else
    record.parts = record.parts + 1
  end
  fraction = math.max(fraction, old_fraction)
  record.total = record.total - old_share * old_fraction + share * fraction
  parts[event.task][event.part] = {share, fraction}
  new_parts[event.task] = new_parts[event.task] or {}
  new_parts[event.task][event.part] = new_parts[event.task][event.part] or not former
  return string.format('%.17g', math.max(0, math.min(1, record.total)))
end

-- Put out the task that changed longest ago. A call touches fewer tasks than a project keeps, so there is one that
-- stands in the index as it did before.
local function put_out_oldest()
  oldest = oldest or redis.call('ZRANGE', INDEX, 0, 999)
  next_oldest = next_oldest or 1
  while moved[oldest[next_oldest]] or put_out[oldest[next_oldest]] do
    next_oldest = next_oldest + 1
  end
  local task = oldest[next_oldest]
  records[task], changed[task], put_out[task] = false, nil, true
  forget_parts(task)
  count = count - 1
end

-- The JSON of an event or a state: what the store knows of it, and its members.
local function joined(head, progress, members)
  local texts = {head}
  if progress then
    table.insert(texts, '"progress":' .. progress)
  end
  for _, member in pairs(members) do
    table.insert(texts, member)
  end
  return '{' .. table.concat(texts, ',') .. '}'
end

-- Returns the offset of the event, or nil where it is refused.
local function fold(event)
  local record = record_of(event.task)
  local run = event.run
  if run == '' then
    run = current_run(record, event)
  end
  if not run or (record and is_refused(record, run, event)) then
    return nil
  end
  local is_new = not record
  offset = offset + 1
  if is_new or record.run ~= run then
    record = begun(record, run, event.at)
    records[event.task] = record
    forget_parts(event.task)
  end

  local progress = event.progress
  if event.part ~= '' and progress ~= '' then
    progress = reached(event, record)
  end
  if event.type == 'completed' then
    progress = '1.0'
  end
  if progress ~= '' then
    if record.progress and tonumber(record.progress) > tonumber(progress) then
      progress = record.progress
    end
    record.progress = progress
  end
  for name, member in pairs(event.members) do
    record.members[name] = member
  end
  record.members.eta_s = event.members.eta_s
  if event.type == 'progress' then
    record.members.stage = event.members.stage
  end
  record.status, record.updated = event.status, event.at
  record.cursor = '"' .. epoch .. ':' .. whole(offset) .. '"'
  record.before = nil
  if TERMINAL[record.status] then
    record.leases, record.cancel = {}, nil
  end

  changed[event.task], moved[event.task] = true, offset
  table.insert(delivered, joined(
    '"type":"' .. event.type .. '","project_id":' .. project .. ',"task_name":' .. event.task .. ',"run_id":' .. run ..
    ',"timestamp":' .. event.at .. ',"status":"' .. event.status .. '","cursor":' .. record.cursor ..
    ',"attempt":' .. whole(record.attempt) .. ',"started_at":' .. record.started,
    progress ~= '' and progress or nil, event.members))
  if is_new then
    count = count + 1
    if count > MAX_TASKS then
      put_out_oldest()
    end
  end
  return offset
end

local function fold_status(task, run, status)
  return fold({
    task = task, run = run, type = 'status', status = status, at = now_text, progress = '', part = '', members = {},
  })
end

-- --- saving -----------------------------------------------------------------------------------------------------

local function in_chunks(command, key, items)
  for first = 1, #items, 1000 do
    redis.call(command, key, unpack(items, first, math.min(first + 999, #items)))
  end
end

-- The first write of a call. A full store or a replica refuses it, and then nothing is written.
local function begin_save(call)
  return call('HSET', META, 'epoch', epoch, 'server', server)
end

local function save()
  begin_save(redis.call)
  redis.call('PEXPIRE', META, keep_ms)  -- at once: whoever may not do what follows leaves nothing behind for ever
  if #delivered > 0 then
    -- Readers get it when the call is over; before the rest, since a user may not be allowed to.
    redis.call('PUBLISH', channel, table.concat(delivered, '\n'))
  end
  if lost then
    redis.call('DEL', TASKS, INDEX, DUE, PARTS, PART_NAMES, SENDERS, SEEN)
  end
  for task in pairs(emptied) do
    if not lost then
      -- '\11' follows '\n': between the two stand all names of this task, and no other's.
      local names = redis.call('ZRANGEBYLEX', PART_NAMES, '[' .. task .. '\n', '(' .. task .. '\11')
      in_chunks('HDEL', PARTS, names)
      in_chunks('ZREM', PART_NAMES, names)
    end
  end
  for task in pairs(put_out) do
    if not records[task] then
      redis.call('HDEL', TASKS, task)
      redis.call('ZREM', INDEX, task)
      redis.call('ZREM', DUE, task)
    end
  end
  for task in pairs(changed) do
    local record = records[task]
    redis.call('HSET', TASKS, task, cmsgpack.pack(record))
    if moved[task] then
      redis.call('ZADD', INDEX, whole(moved[task]), task)
    end
    local due
    for _, ends in pairs(record.leases) do
      due = math.max(due or 0, ends)
    end
    if due then
      redis.call('ZADD', DUE, whole(due), task)
    else
      redis.call('ZREM', DUE, task)
    end
  end
  for task, names in pairs(new_parts) do
    for part, is_new in pairs(names) do
      local key, value = task .. '\n' .. part, parts[task][part]
      redis.call('HSET', PARTS, key, string.format('%.17g %.17g', value[1], value[2]))
      if is_new then
        redis.call('ZADD', PART_NAMES, 0, key)
      end
    end
  end
end

local function end_save()
  redis.call('HSET', META, 'offset', whole(offset), 'sizes', sizes())
  for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, keep_ms)
  end
end
