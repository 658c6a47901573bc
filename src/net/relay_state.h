/* relay_state.h - what the two threads of a relay share, for relay.c.
 * See also: net/relay.h */
#ifndef NET_RELAY_STATE_H
#define NET_RELAY_STATE_H

#include "net/relay.h"

/* relay_deadline - limit_ms after bytes last moved; 0: CLOCK_NEVER. */
int64_t	relay_deadline(const struct relay *relay, int64_t limit_ms);

/*
 * relay_await_locked - wait for a change, the lock held
 * Returns 0 after one (or for no reason), -1 at the deadline.
 * Blocks: until then, the lock released.
 */
int	relay_await_locked(struct relay *relay, int64_t deadline);

/*
 * relay_await_room - wait until what this direction sends next has room
 * Returns 0, or -1 when the conversation is broken.
 * Blocks: until then.   Threads: the direction's.
 */
int	relay_await_room(struct relay_direction *way);

/* relay_break_locked - what relay_fail and relay_break do; the first one
 * counts, and none after the end. */
void	relay_break_locked(struct relay *relay, struct relay_fate fate);

/* relay_was_reset - is this end of a stream none?  (See there.)  True, too, if
 * the conversation is broken. */
int	relay_was_reset(struct relay_direction *way);

/* relay_reset_at_close - have close(2) send a reset, on both sides. */
void	relay_reset_at_close(const struct relay *relay);

/* relay_shutdown - shutdown(2) of both sides. */
void	relay_shutdown(const struct relay *relay, int how);

/* relay_unstick - end the sends of a conversation that is broken. */
void	relay_unstick(const struct relay *relay);

#endif
