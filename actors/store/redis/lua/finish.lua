-- A = the delivery, its round, the artefact, status, stop reason, data of the last event, notes
local round, artefact, status, stop_reason, data = unpack(A, 7, 11)
redis.call('HSET', key('job', id, 'artefacts'), stage .. ':' .. round, artefact)
tell_notes(id, 12)
remove(stage, entry)
if stop_reason ~= '' then redis.call('HSET', job, 'stop_reason', stop_reason) end
finish(id, status, '', data)
return 'written'
