"""The static model that the wheel of `wordllama` brings: a vector for each piece of a word.

Only its two files are read, offline, and none of its code is imported: it would bring numpy and
a tokenizer of its own, which take longer to load than all else here, and its releases with
compiled code have no wheel for Lambda. The files are those of every release so far.
"""

import struct
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from math import sqrt
from mmap import ACCESS_READ, mmap
from operator import add
from pathlib import Path

import msgspec

from tocsin.adapters.embedding.bytepairs import BytePairs
from tocsin.domain.errors import ConfigurationError

PACKAGE = "wordllama"
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_TENSOR = "embedding.weight"
_LENGTH_BYTES = 8
# What is said beyond that many pieces does not count.
_PIECES_LIMIT = 256


class _BytePairModel(msgspec.Struct):
    vocab: dict[str, int]
    merges: list[str]


class _Tokenizer(msgspec.Struct):
    model: _BytePairModel


class _Tensor(msgspec.Struct):
    dtype: str
    shape: tuple[int, int]
    data_offsets: tuple[int, int]


def find_model() -> Path | None:
    """Return the folder of the installed model, or None where there is none."""
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if Path(folder, _WEIGHTS).is_file() and Path(folder, _TOKENIZER).is_file():
            return Path(folder)
    return None


class StaticEmbedder:
    """Embeds texts as the mean of their pieces' vectors, of length 1.

    Source: the safetensors format (8 bytes of header length, JSON, data).
    """

    # Vectors of other models have another name (see ports.similarity).
    model = "static"

    def __init__(self, folder: Path, threshold: float) -> None:
        self.threshold = threshold
        self._pieces = _read_tokenizer(folder / _TOKENIZER)
        with Path(folder, _WEIGHTS).open("rb") as file:
            try:
                self._weights = mmap(file.fileno(), 0, access=ACCESS_READ)
            except ValueError:
                raise ConfigurationError(f"{PACKAGE}: the file of weights is empty") from None
        tensor, self._begin = _read_header(self._weights)
        self._rows, self._width = tensor.shape
        self._row = struct.Struct(f"<{self._width}e")

    def embed(self, texts: Sequence[str], left_s: Callable[[], float]) -> list[Sequence[float]]:
        """Return a vector of length 1 for each text; of zeros where a text has no words."""
        return [self._embed(text) for text in texts]

    def _embed(self, text: str) -> tuple[float, ...]:
        total = [0.0] * self._width
        for piece in self._pieces.ids(text)[:_PIECES_LIMIT]:
            offset = self._begin + min(piece, self._rows - 1) * self._row.size
            total = list(map(add, total, self._row.unpack_from(self._weights, offset)))
        length = sqrt(sum(each * each for each in total)) or 1.0
        return tuple(each / length for each in total)


def _read_tokenizer(path: Path) -> BytePairs:
    try:
        model = msgspec.json.decode(path.read_bytes(), type=_Tokenizer).model
    except msgspec.MsgspecError as error:
        raise ConfigurationError(f"{PACKAGE}: {path.name} is not what is known: {error}") from None
    return BytePairs(model.vocab, model.merges)


def _read_header(weights: mmap) -> tuple[_Tensor, int]:
    """Return the description of the one tensor, and where the data begins."""
    length = int.from_bytes(weights[:_LENGTH_BYTES], "little")
    begin = _LENGTH_BYTES + length
    try:
        header = msgspec.json.decode(weights[_LENGTH_BYTES:begin], type=dict[str, _Tensor])
        tensor = header[_TENSOR]
    except (msgspec.MsgspecError, KeyError):
        raise ConfigurationError(f"{PACKAGE}: the weights are not in a known form") from None
    rows, width = tensor.shape
    begin += tensor.data_offsets[0]
    if tensor.dtype != "F16" or len(weights) - begin < rows * width * 2:
        raise ConfigurationError(f"{PACKAGE}: the weights are not in a known form")
    return tensor, begin
