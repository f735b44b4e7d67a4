"""What our components that learn do alike: what they learnt is kept in the model, and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage


class Kept(Protocol):
    """What can be written into a folder and read from there."""

    def save(self, folder: Path) -> None: ...

    @classmethod
    def open(cls, folder: Path) -> Any: ...


K = TypeVar("K", bound=Kept)


class Trained(GraphComponent, Generic[K]):
    """A component whose `train` ends with `return self.keep(…)`. `kind` is the class of that."""

    kind: ClassVar[type[Any]]

    def __init__(self, storage: ModelStorage, resource: Resource, learnt: K | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._learnt = learnt

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Trained[K]:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Trained[K]:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, cls.kind.open(folder))

    def keep(self, learnt: K) -> Resource:
        self._learnt = learnt
        with self._storage.write_to(self._resource) as folder:
            learnt.save(folder)
        return self._resource
