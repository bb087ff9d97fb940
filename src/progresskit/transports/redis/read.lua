-- Returns what changed since a cursor, after ending the leases that have lapsed.
--
-- ARGV after the shared ones: the cursor's epoch ('' = none) and offset, and how many bytes of states to return at
-- most; one state goes whatever its size. The answer says whether there are more, and after which offset.

local after_epoch, after_offset, room = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])

if not known then
  return {'0', '0', 1, 0, 0, '0'}
end

local lapsed = lost and {} or redis.call('ZRANGEBYSCORE', DUE, '-inf', whole(now))
if renewed or #lapsed > 0 then
  local refusal = begin_save(redis.pcall)
  if type(refusal) == 'table' and refusal.err then
    -- The store takes no writes just now, and reads are answered all the same; at once, since the next call would
    -- draw another epoch.
    room = math.huge
  else
    for _, task in ipairs(lapsed) do
      local record = record_of(task)
      local before = record.status
      record.leases = {}
      fold_status(task, record.run, 'stalled')
      record.before = before
    end
    save()
    end_save()
  end
end

local resumed = after_epoch == epoch and after_offset <= offset
local from = resumed and after_offset or 0
local states, size, more = {}, 0, 0
if lost then
  return {epoch, whole(offset), asked == '' and 0 or 1, 0, 0, '0'}
end
repeat
  local found = redis.call('ZRANGEBYSCORE', INDEX, '(' .. whole(from), '+inf', 'WITHSCORES', 'LIMIT', 0, 100)
  for at = 1, #found, 2 do
    local record = record_of(found[at])
    local state = joined(
      '"project_id":' .. project .. ',"task_name":' .. found[at] .. ',"run_id":' .. record.run ..
      ',"attempt":' .. whole(record.attempt) .. ',"status":"' .. record.status .. '","started_at":' .. record.started ..
      ',"updated_at":' .. record.updated .. ',"cursor":' .. record.cursor,
      record.progress, record.members)
    size = size + #state
    if size > room and #states > 0 then
      more = 1
      break
    end
    table.insert(states, state)
    from = tonumber(found[at + 1])
  end
until more == 1 or #found < 200

return {epoch, whole(offset), asked == '' and 0 or 1, resumed and 1 or 0, more, whole(from), unpack(states)}
