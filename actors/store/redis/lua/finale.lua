-- What was told reaches the tail even when the script fails in its middle.
local fine, answer = pcall(run)
publish()
if not fine then error(answer, 0) end
return answer
