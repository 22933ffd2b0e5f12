-- What a worker starts with: the job and its artefacts. A = the delivery, notes
tell_notes(id, 7)
return {redis.call('HGETALL', job), redis.call('HGETALL', key('job', id, 'artefacts'))}
