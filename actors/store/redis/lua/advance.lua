-- A = the delivery, its round, the artefact, the next stage, the next round, notes
local round, artefact, next_stage, next_round = unpack(A, 7, 10)
redis.call('HSET', key('job', id, 'artefacts'), stage .. ':' .. round, artefact)
tell_notes(id, 11)
remove(stage, entry)
post(id, next_stage, next_round, 0)
return 'written'
