-- Release a hold. A = id, request
if redis.call('HGET', job, 'status') then settle(redis.call('HGET', ledger, open)) end
return 'written'
