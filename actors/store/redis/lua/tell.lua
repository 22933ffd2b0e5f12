-- Notes of four values each: type, stage, data, and a name that a job tells only once.
VERBS.tell = function(d, ...)
  local notes = {...}
  for i = 1, #notes, 4 do
    local type, stage, data, once = unpack(notes, i, i + 3)
    if once == '' or redis.call('HSETNX', key('job', d.id, 'marks'), 'told:' .. once, AT) == 1 then
      tell(d.id, type, stage, data)
    end
  end
  return 'written'
end
