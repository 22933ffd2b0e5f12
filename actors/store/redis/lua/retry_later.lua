-- Leave the mailbox for `delay` seconds.
VERBS.retry_later = function(d, attempts, delay)
  remove(d.stage, d.entry)
  local member = table.concat({'delayed', d.id, d.stage, d.round, attempts}, '|')
  redis.call('ZADD', key('delayed'), AT + delay, member)
  redis.call('HSET', d.job, 'entry', member)
  mark(d)
  return 'written'
end
