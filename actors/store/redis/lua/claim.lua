-- Take over entries whose lease has ended, and forget consumers that have died with nothing in their hands.
-- A = stage, consumer, lease in ms, limit, how many suspects at most, from which hand-out on an entry is one
local stage, consumer, lease, limit, suspects, from = unpack(A, 1, 6)
local mailbox, taken = key('mailbox', stage), {}
if redis.call('EXISTS', mailbox) == 0 then return taken end
local rows = redis.pcall('XPENDING', mailbox, GROUP, 'IDLE', lease, '-', '+', limit + 100)
if rows.err then return string.find(tostring(rows.err), 'NOGROUP', 1, true) and taken or rows end
for _, row in ipairs(rows) do
  local suspect = row[4] + 1 >= tonumber(from)
  if #taken < tonumber(limit) and not (suspect and tonumber(suspects) == 0) then
    local claimed = redis.call('XCLAIM', mailbox, GROUP, consumer, lease, row[1])[1]
    if claimed then
      table.insert(taken, {claimed[1], row[4] + 1, claimed[2]})
      if suspect then suspects = suspects - 1 end
    end
  end
end
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', mailbox, GROUP)) do
  local name, held, idle = row[2], row[4], row[6]
  if held == 0 and idle > lease * 20 then redis.call('XGROUP', 'DELCONSUMER', mailbox, GROUP, name) end
end
return taken
