"""Several processes that do the same thing at the same time, as several web processes would."""

import multiprocessing
from collections.abc import Callable


def at_once[*Given](
    how_many: int, do: Callable[[*Given], None], *given: *Given
) -> list[int | None]:
    """The exit codes of `how_many` copies of this process that each ran `do(*given)`."""
    forks = multiprocessing.get_context("fork")
    barrier = forks.Barrier(how_many)

    def start_together() -> None:
        barrier.wait()
        do(*given)

    processes = [forks.Process(target=start_together) for _ in range(how_many)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]
