"""Many visitors who click: the server's processor time for a click, how long they wait, and its memory.

A visitor is a WebSocket that speaks Streamlit's own protocol: fifty browsers would need more than this machine has. The
same is asked of an empty Streamlit app with a button.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.typing import Subprotocol

from tests.benchmarks.explorer import EMPTY, resident_megabytes
from tests.benchmarks.measurement import Measurement
from tests.server import running_app
from vae_core.latent.points import point_text

VISITORS = 50
PAUSE_SECONDS = 2.0  # from one click of a visitor to the next
CLICKS = 15  # of each
HOUR = 1800  # clicks of one visitor in an hour
WARM_UP = 200

Click = Callable[[list[Delta], int], tuple[ClientState, str]]
"""From what a page shows and a click's number: Streamlit's message for that click, and a text that answers it."""


class Visitor:
    """One session of an app."""

    def __init__(self, socket: websockets.ClientConnection, click: Click):
        self._socket = socket
        self._click = click
        self._page: list[Delta] = []
        self._clicks = 0

    async def open(self) -> None:
        await self._socket.send(BackMsg(rerun_script=ClientState(query_string="")).SerializeToString())
        self._page = await self._answer()

    async def click(self) -> float:
        """Returns the seconds until the server had run the script."""
        message, expected = self._click(self._page, self._clicks)
        self._clicks += 1
        began = time.perf_counter()
        await self._socket.send(BackMsg(rerun_script=message).SerializeToString())
        answer = await self._answer()
        seconds = time.perf_counter() - began
        assert any(expected in delta.new_element.markdown.body for delta in answer), expected
        return seconds

    async def _answer(self) -> list[Delta]:
        """What the server shows until it has run the script."""
        deltas = []
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            kind, status = message.WhichOneof("type"), message.script_finished
            if kind == "delta":
                deltas.append(message.delta)
            elif kind == "script_finished" and status != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return deltas


def pin(page: list[Delta], number: int) -> tuple[ClientState, str]:
    """Pin a point on the map, as its view in a browser does."""
    shown = next(delta for delta in page if delta.new_element.bidi_component.component_name.endswith("latent_map"))
    component = shown.new_element.bidi_component
    revision = json.loads(json.loads(component.json or component.mixed.json)["data"])["revision"]
    z1, z2 = 1.5 * np.sin(number), 1.5 * np.cos(2.1 * number)
    pinned = json.dumps({"pin": [{"z": [z1, z2], "revision": revision}, number]})
    states = WidgetStates(widgets=[WidgetState(id=component.id, json_value=pinned)])
    return ClientState(fragment_id=shown.fragment_id, widget_states=states), f"Around {point_text((z1, z2))}"


def press(page: list[Delta], number: int) -> tuple[ClientState, str]:
    """Press the empty app's button."""
    button = next(delta.new_element.button for delta in page if delta.new_element.button.id)
    states = WidgetStates(widgets=[WidgetState(id=button.id, trigger_value=True)])
    return ClientState(widget_states=states), f"Pressed {number + 1}"


def measure(folder: Path) -> Iterator[Measurement]:
    alone, waits, warm, last = _measure(folder, "app.py", pin)
    empty_alone, empty_waits, *_ = _measure(folder, EMPTY, press)
    button = "a button of an empty Streamlit app"
    yield Measurement("the server's processor time for a click", alone, "ms", "15 ms", button, empty_alone)
    what = f"{VISITORS} visitors clicking every {PAUSE_SECONDS:g} s: click to the server's answer, p95"
    yield Measurement(what, waits, "ms", "150 ms", f"{button}, p95", empty_waits)
    what = f"the app's resident memory after an hour's clicks of one visitor ({HOUR:,})"
    yield Measurement(what, last, "MB", "no more than before", f"after {WARM_UP}", warm)


def _measure(folder: Path, script: str, click: Click) -> tuple[float, float, float, float]:
    """Milliseconds of processor time for a click of one visitor, p95 of the milliseconds that each of many waits; and
    megabytes after the warm-up and after an hour's clicks."""
    with running_app(folder / "runs", folder / "log", script=script) as (address, process):
        asyncio.run(_visit(address, click, visitors=1, clicks=WARM_UP, pause=0))
        warm, began = resident_megabytes(process.pid), _processor_seconds(process.pid)
        asyncio.run(_visit(address, click, visitors=1, clicks=HOUR, pause=0))
        seconds, last = _processor_seconds(process.pid) - began, resident_megabytes(process.pid)
        waits = asyncio.run(_visit(address, click, VISITORS, CLICKS, PAUSE_SECONDS))
    return 1000 * seconds / HOUR, 1000 * float(np.percentile(waits, 95)), warm, last


async def _visit(address: str, click: Click, visitors: int, clicks: int, pause: float) -> list[float]:
    """Seconds that each click took, of visitors who came one after the other."""
    stream = f"{address.replace('http', 'ws')}/_stcore/stream"

    async def stay(socket: websockets.ClientConnection, delay: float) -> list[float]:
        visitor = Visitor(socket, click)
        await visitor.open()
        await opened.wait()
        await asyncio.sleep(delay)
        waits = []
        for _ in range(clicks):
            waits.append(await visitor.click())
            await asyncio.sleep(max(0, pause - waits[-1]))
        return waits

    opened = asyncio.Barrier(visitors)
    async with asyncio.TaskGroup() as group:
        sockets = [
            await websockets.connect(stream, subprotocols=[Subprotocol("streamlit")], max_size=None)
            for _ in range(visitors)
        ]
        tasks = [group.create_task(stay(s, pause * i / visitors)) for i, s in enumerate(sockets)]
    return [wait for task in tasks for wait in task.result()]


def _processor_seconds(pid: int) -> float:
    """Linux only, as resident_megabytes is."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
