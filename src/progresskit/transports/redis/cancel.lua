-- Asks a task's live run to stop: its publisher hears of it in its next receipt.
--
-- ARGV after the shared ones: the JSON text of the task's name. Returns 0 where there is no live run, or only an
-- unnamed one.

local task = ARGV[7]
local record = known and record_of(task)

if not live(record) or is_auto(record.run) then
  return 0
end
record.cancel = true
redis.call('HSET', TASKS, task, cmsgpack.pack(record))
return 1
