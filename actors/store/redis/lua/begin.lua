-- What a worker starts with, the job and its artefacts; that it starts is told once in each round.
VERBS.begin = function(d)
  if d.begun ~= d.name then
    redis.call('HSET', d.job, 'begun', d.name, 'seq', tell_stage(d, '{"state":"started"}'))
  end
  return {redis.call('HGETALL', d.job), redis.call('HGETALL', d.artefacts)}
end
