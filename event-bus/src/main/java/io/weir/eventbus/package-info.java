/**
 * The events of the ledger and the ring that carries them from the event loops to the one thread that owns every total.
 *
 * <p>Entry points: {@link io.weir.eventbus.EventBus} (one a node), {@link io.weir.eventbus.LoopPublisher} (one an event
 * loop) and {@link io.weir.eventbus.SessionMeter} (one a session). A handler adds bytes to its meter; the meter's loop
 * publishes what was added as deltas; {@link io.weir.eventbus.BusConsumer} receives them on the consumer thread.
 *
 * <p>Threads: meters and publishers belong to their event loop and hold plain fields; the consumer thread reads slots;
 * nothing here takes a lock or waits for the ring.
 */
@NullMarked
package io.weir.eventbus;

import org.jspecify.annotations.NullMarked;
