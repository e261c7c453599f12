/** The idempotency keys of a topic. */
export const idempotencyKeysLua = `
-- The hash of keys that takes new ones, and the other one.
local function keyHashes(d)
  if d[turn] == 0 then return K, L end
  return L, K
end

-- When a key was used, and the cursor that it was answered with. Nothing, if it may be used again.
local function usedAt(d, key)
  local current, older = keyHashes(d)
  local used = call('HGET', current, key) or call('HGET', older, key)
  if not used then return nil end
  local at, offset, ofMark = match(used, '^(%d+) (%d+) (%S+)')
  if now - tonumber(at) <= DEDUPE_AGE then return tonumber(offset), ofMark end
end

-- True if a hash was begun: it does not expire yet.
local function remember(d, key, text)
  if d[keys] > 0 and (d[keys] >= DEDUPE_KEYS or now - d[firstKey] > DEDUPE_AGE) then
    d[turn], d[keys], d[olderKeys] = 1 - d[turn], 0, 1
    call('UNLINK', (keyHashes(d)))
  end
  if d[keys] == FEW then text = long(text) end
  call('HSET', (keyHashes(d)), key, text)
  if d[keys] == 0 then d[firstKey] = now end
  d[keys] = d[keys] + 1
  return d[keys] == 1
end
`;
