"""What a session answers when it is asked, as immutable values: positions, counts, segments. _queries.py makes them;
what comes out of a session unasked is in events.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """How much of an audio part was received (R) and heard (P).

    source_rate_hz: the rate at which its frames are counted, in Hz.
    received_frames: R in frames.
    heard_frames: P in frames.
    received_ms: R in ms, rounded down.
    heard_ms: P in ms, rounded down.
    estimated: heard_frames is an estimate between two reports.
    done: the server has sent all of this part.
    """

    source_rate_hz: int
    received_frames: int
    heard_frames: int
    received_ms: int
    heard_ms: int
    estimated: bool
    done: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """What a session has done so far. Counts never go back, but what waits.

    responses_being_cut: responses that were interrupted and have not settled, because the sink
        has not answered its clear or a server that plays has not said where it stopped: at 0
        the commands of every interrupt are out.
    responses_heard: responses of which something was heard.
    first_frame_us: from the creation of the newest of them to its first frame heard, in us;
        None before there is one.
    first_frame_total_us: the sum of it over all of them, in us.
    gaps: times that a message followed another of its response after silence.
    gap_us: the newest such silence, in us; None before there is one.
    gap_total_us: all of them added up, in us.
    underruns: times that a message was heard to the end of what had come.
    underrun_total_us: how long the listener waited in them, in us.
    packets_received: Opus packets that came.
    packets_decoded: those that were decoded.
    packets_concealed: those that were damaged or lost, and made up for.
    packets_never_decoded: those that were dropped unheard (rule H6).
    commands_sent: commands handed to the host.
    commands_refused: those that the server refused, benign refusals not counted (rule F5).
    queued_bytes: audio that waits, in bytes as they arrived.
    queued_ms: audio that waits to be handed to the sink, in ms.
    written_ahead_ms: audio that was handed over and not heard yet, in ms.
    waiting_effects: effects that wait to be delivered.
    waiting_inputs: inputs from inside callbacks that wait to run.
    packets_lost: numbers missing in the sequences of Session.packet.
    packets_rebuilt: lost ones that the packet after them brought back.
    packets_late: those dropped because their time was over (rule H2).
    packets_duplicate: those dropped because they had come before (rule H2).
    concealed_ms: audio handed to the sink that concealment has made up, in ms.
    silence_ms: audio handed to the sink that was silence in place of packets, in ms.
    """

    responses_being_cut: int
    responses_heard: int
    first_frame_us: int | None
    first_frame_total_us: int
    gaps: int
    gap_us: int | None
    gap_total_us: int
    underruns: int
    underrun_total_us: int
    packets_received: int
    packets_decoded: int
    packets_concealed: int
    packets_never_decoded: int
    commands_sent: int
    commands_refused: int
    queued_bytes: int
    queued_ms: int
    written_ahead_ms: int
    waiting_effects: int
    waiting_inputs: int
    packets_lost: int
    packets_rebuilt: int
    packets_late: int
    packets_duplicate: int
    concealed_ms: int
    silence_ms: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Whose frames a segment holds.

    response_id: the response that it belongs to.
    item_id: the message that it belongs to.
    content_index: the audio part.
    """

    response_id: str
    item_id: str
    content_index: int
