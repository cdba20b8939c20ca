/** Scopes, as `ip addr` and `ip route` name them. UAPI: enum rt_scope_t. */
export const RT_SCOPE_UNIVERSE = 0;
export const RT_SCOPE_LINK = 253;
export const RT_SCOPE_HOST = 254;
