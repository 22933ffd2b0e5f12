-- Who may write: A[1..6] are verb, job id, stage, entry, consumer, count of the delivery.
local verb, id, stage, entry, consumer, count = unpack(A, 1, 6)
local job, mark = key('job', id), 'done:' .. table.concat({A[1], A[3], A[4], A[5], A[6]}, '|')

if redis.call('EXISTS', job) == 0 then
  remove(stage, entry)
  return 'lost'
end
if redis.call('HEXISTS', key('job', id, 'marks'), mark) == 1 then return 'done' end
if redis.call('HGET', job, 'entry') ~= entry or not holds(stage, entry, consumer, count) then return 'lost' end
if verb ~= 'tell' and verb ~= 'begin' then redis.call('HSET', key('job', id, 'marks'), mark, AT) end
