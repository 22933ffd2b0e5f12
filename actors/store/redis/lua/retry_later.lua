-- A = the delivery, its round, attempts, delay in seconds, notes
local round, attempts, delay = unpack(A, 7, 9)
tell_notes(id, 10)
remove(stage, entry)
local member = table.concat({'delayed', id, stage, round, attempts}, '|')
redis.call('ZADD', key('delayed'), AT + delay, member)
redis.call('HSET', job, 'entry', member)
return 'written'
