-- Folds a batch, renews its leases, and passes on what was accepted.
--
-- ARGV after the shared ones: sender, number, the events, the runs held, the runs left. An event is lines of text
-- (see wire.py) and ends with a form feed, which no JSON text has; a run is the JSON text of its task's name and its
-- own, a line each.

local sender, number = ARGV[7], tonumber(ARGV[8])

local function events_of(text)
  local events = {}
  for each in string.gmatch(text, '([^\f]+)\f') do
    local task, run, type, status, at, progress, part, share, rest = string.match(each,
      '^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
    local members = {}
    for member, name in string.gmatch(rest, '("([%w_]+)"[^\n]*)\n') do
      members[name] = member
    end
    table.insert(events, {
      task = task, run = run, type = type, status = status, at = at, progress = progress, part = part, share = share,
      members = members,
    })
  end
  return events
end

local function runs_of(text)
  local runs = {}
  for task, run in string.gmatch(text, '([^\n]*)\n([^\n]*)\n') do
    table.insert(runs, {task, run})
  end
  return runs
end

local events, held, left = events_of(ARGV[9]), runs_of(ARGV[10]), runs_of(ARGV[11])
local named, named_runs = {}, {}

local function name(task, run)
  local key = task .. '\n' .. run
  if not named_runs[key] then
    named_runs[key] = true
    table.insert(named, {task, run})
  end
end

local function word_of(task, run)
  local record = record_of(task)
  if not record then
    return 'unknown'
  end
  if run ~= record.run then
    for _, former in ipairs(record.superseded) do
      if former == run then
        return 'superseded'
      end
    end
    return 'unknown'
  end
  if TERMINAL[record.status] then
    return 'over'
  end
  return record.cancel and 'cancel' or nil
end

local function receipt(accepted)
  local news = {}
  for _, pair in ipairs(named) do
    local word = 'unknown'
    if known then
      word = word_of(pair[1], pair[2])
    end
    if word then
      table.insert(news, pair[1])
      table.insert(news, pair[2])
      table.insert(news, word)
    end
  end
  return {known and epoch or '0', whole(offset), asked == '' and 0 or 1, table.concat(accepted, ' '), news}
end

for _, run in ipairs(held) do
  name(run[1], run[2])
end
if not known and #events == 0 then
  return receipt({})  -- a renewal writes nothing for a project that nobody has written to
end
for _, event in ipairs(events) do
  if event.run ~= '' and event.status ~= 'queued' then
    -- A `queued` that comes late makes no news: whoever waits in line has nothing to stop.
    name(event.task, event.run)
  end
end

local last = known and not lost and redis.call('HGET', SENDERS, sender)
if last and number <= tonumber(last) then
  if renewed then
    save()
    end_save()
  end
  return receipt({})
end

known = true
local accepted = {}
for _, event in ipairs(events) do
  local place = fold(event)
  table.insert(accepted, place and whole(place) or '-')
  if place and event.run ~= '' then
    name(event.task, event.run)
  end
end
for _, run in ipairs(held) do
  local record = record_of(run[1])
  if live(record) and record.run == run[2] then
    if record.before then
      fold_status(run[1], run[2], record.before == 'queued' and 'started' or record.before)
    end
    record.leases[sender] = now + lease_ms
    changed[run[1]] = true
  end
end
for _, run in ipairs(left) do
  local record = record_of(run[1])
  if record and record.run == run[2] and record.leases[sender] then
    record.leases[sender] = nil
    changed[run[1]] = true
  end
end

save()
local forgotten = redis.call('ZRANGEBYSCORE', SEEN, '-inf', whole(now - SENDER_KEEP_MS), 'LIMIT', 0, 1000)
in_chunks('HDEL', SENDERS, forgotten)
in_chunks('ZREM', SEEN, forgotten)
redis.call('HSET', SENDERS, sender, whole(number))
redis.call('ZADD', SEEN, whole(now), sender)
end_save()
return receipt(accepted)
