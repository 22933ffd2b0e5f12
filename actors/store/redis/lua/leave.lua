-- Hand back all that a consumer of a stage holds, and forget the consumer. A = stage, consumer
local stage, consumer = A[1], A[2]
local rows
repeat
  rows = redis.pcall('XPENDING', key('mailbox', stage), GROUP, '-', '+', 1000, consumer)
  if rows.err then return 'written' end
  for _, row in ipairs(rows) do give_back(stage, row[1], row[4] - 1) end
until #rows == 0
redis.call('XGROUP', 'DELCONSUMER', key('mailbox', stage), GROUP, consumer)
return 'written'
