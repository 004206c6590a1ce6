"""The models that embed texts: the static one on its own files, and Bedrock's on answers."""

import io
import json
import struct
from math import inf
from threading import Barrier, Thread

import msgspec
import pytest
from botocore.exceptions import ClientError

from tocsin.adapters.embedding import STATIC, THRESHOLD, open_embedder, static
from tocsin.adapters.embedding.bedrock import BedrockEmbedder
from tocsin.adapters.embedding.bytepairs import BytePairs
from tocsin.adapters.embedding.static import StaticEmbedder, find_model
from tocsin.domain.errors import ConfigurationError, Permanent, Retryable, Unsendable

TITAN, COHERE = "amazon.titan-embed-text-v2:0", "cohere.embed-english-v3"


def forever():
    return inf


@pytest.fixture(scope="module")
def model():
    folder = find_model()
    assert folder, "the static model is not installed: run make setup"
    return StaticEmbedder(folder, THRESHOLD)


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


class TestStatic:
    # What wordllama 0.4.0 itself says of these texts.
    @pytest.mark.parametrize(
        ("text", "begin"),
        [
            ("cpu high", (0.0352, -0.1203, 0.0141, -0.0946)),
            ("Disk writes are slow", (0.0082, 0.0123, -0.0364, -0.0886)),
            ("replication lag", (0.0396, -0.0224, 0.0783, -0.041)),
            ("Größe überschritten 日本 🔥", (-0.0733, 0.1193, -0.0089, -0.0876)),
        ],
    )
    def test_vectors_are_those_of_the_package_that_brings_the_model(self, model, text, begin):
        (vector,) = model.embed([text], forever)
        assert len(vector) == 256
        assert vector[:4] == pytest.approx(begin, abs=2e-4)
        assert cosine(vector, vector) == pytest.approx(1.0)

    def test_what_means_the_same_is_nearer_than_what_does_not(self, model):
        cpu, processor, mail = model.embed(
            ["cpu high", "processor load", "email newsletter"], forever
        )
        assert cosine(cpu, processor) == pytest.approx(0.5474, abs=1e-3)
        assert cosine(cpu, processor) > cosine(cpu, mail) + 0.2

    def test_a_text_without_words_is_a_vector_of_zeros(self, model):
        assert set(model.embed(["", " \n"], forever)[1]) == {0.0}

    @pytest.mark.parametrize("text", ["\ud800", "x" * 100_000, "\x00\u202e", "a " * 50_000])
    def test_hostile_texts_are_embedded_within_bounds(self, model, text):
        assert len(model.embed([text], forever)[0]) == 256

    def test_none_of_the_packages_code_is_imported(self, model):
        import sys

        assert not {"wordllama", "tokenizers"} & set(sys.modules)


@pytest.fixture
def folder(tmp_path):
    """A model of three pieces in two dimensions."""
    (tmp_path / "weights").mkdir()
    (tmp_path / "tokenizers").mkdir()
    tokens = {"<unk>": 0, "\u2581": 1, "a": 2, "\u2581a": 3}
    described = {"model": {"type": "BPE", "vocab": tokens, "merges": ["\u2581 a"]}}
    (tmp_path / static._TOKENIZER).write_text(json.dumps(described))
    header = {"embedding.weight": {"dtype": "F16", "shape": [4, 2], "data_offsets": [0, 16]}}
    write_weights(tmp_path, header, struct.pack("<8e", 0, 1, 0, 1, 3, 4, 1, 0))
    return tmp_path


def write_weights(folder, header, data):
    text = json.dumps(header).encode()
    whole = struct.pack("<Q", len(text)) + text + data
    (folder / static._WEIGHTS).write_bytes(whole)


class TestFiles:
    def test_a_text_is_the_mean_of_its_pieces(self, folder):
        assert StaticEmbedder(folder, THRESHOLD).embed(["a", "aa"], forever) == [
            (1.0, 0.0),
            pytest.approx((4 / 32**0.5, 4 / 32**0.5)),
        ]

    @pytest.mark.parametrize(
        "header",
        [
            {},
            {"embedding.weight": {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 16]}},
            {"embedding.weight": {"dtype": "F16", "shape": [400, 2], "data_offsets": [0, 16]}},
            {"embedding.weight": {"dtype": "F16", "shape": [4, 2], "data_offsets": [9, 25]}},
            {"embedding.weight": {"dtype": "F16", "shape": [4, 2, 1], "data_offsets": [0, 16]}},
        ],
    )
    def test_weights_of_another_form_are_refused(self, folder, header):
        write_weights(folder, header, bytes(16))
        with pytest.raises(ConfigurationError, match="weights"):
            StaticEmbedder(folder, THRESHOLD)

    def test_weights_that_were_cut_off_are_refused(self, folder):
        (folder / static._WEIGHTS).write_bytes(struct.pack("<Q", 2**40) + b"{}")
        with pytest.raises(ConfigurationError, match="weights"):
            StaticEmbedder(folder, THRESHOLD)

    def test_an_empty_file_is_refused(self, folder):
        (folder / static._WEIGHTS).write_bytes(b"")
        with pytest.raises(ConfigurationError, match="weights"):
            StaticEmbedder(folder, THRESHOLD)

    def test_a_tokenizer_of_another_form_is_refused(self, folder):
        (folder / static._TOKENIZER).write_text('{"model": {"vocab": []}}')
        with pytest.raises(ConfigurationError, match="tokenizer"):
            StaticEmbedder(folder, THRESHOLD)

    def test_pieces_that_are_not_known_are_read_byte_by_byte(self):
        pieces = BytePairs({"<unk>": 0, "\u2581": 1, "<0xC3>": 7}, [])
        assert pieces.ids("é") == [1, 7, 0]


class TestOpening:
    def never(self, _):
        raise AssertionError("no client is needed")

    def test_switched_off_it_says_so(self):
        embedder = open_embedder(STATIC, self.never, is_on=False)
        with pytest.raises(ConfigurationError, match=r"^ENABLE_SEMANTIC_DEDUP is false$"):
            embedder.embed(["a"], forever)

    def test_where_the_package_is_absent_it_says_so(self, monkeypatch):
        monkeypatch.setattr(static, "find_spec", lambda _: None)
        embedder = open_embedder(STATIC, self.never)
        with pytest.raises(ConfigurationError, match="wordllama, which holds the model, is not"):
            embedder.embed(["a"], forever)

    @pytest.mark.parametrize(("model", "is_on"), [(STATIC, True), (STATIC, False), (TITAN, True)])
    def test_the_threshold_is_the_one_that_is_set(self, model, is_on):
        assert open_embedder(model, self.never, is_on=is_on).threshold == 0.85
        assert open_embedder(model, self.never, is_on=is_on, threshold=0.9).threshold == 0.9

    def test_a_package_without_its_files_is_none(self, monkeypatch, tmp_path):
        class Spec:
            submodule_search_locations = (str(tmp_path),)

        monkeypatch.setattr(static, "find_spec", lambda _: Spec)
        assert find_model() is None

    def test_files_are_read_when_a_text_is_first_embedded(self, monkeypatch, folder):
        monkeypatch.setattr(static, "find_model", lambda: folder)
        (folder / static._TOKENIZER).rename(folder / "away")
        embedder = open_embedder(STATIC, self.never)
        assert embedder.model == "static"
        (folder / "away").rename(folder / static._TOKENIZER)
        assert embedder.embed(["a"], forever) == embedder.embed(["a"], forever) == [(1.0, 0.0)]

    def test_another_name_is_a_model_of_bedrock(self):
        assert open_embedder(TITAN, self.never).model == TITAN


class Bedrock:
    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def invoke_model(self, **parameters):
        self.asked.append((parameters["modelId"], json.loads(parameters["body"])))
        if isinstance(self.answer, Exception):
            raise self.answer
        body = self.answer if isinstance(self.answer, bytes) else msgspec.json.encode(self.answer)
        return {"body": io.BytesIO(body)}


def embed(model, answer, texts):
    client = Bedrock(answer)
    return BedrockEmbedder(model, lambda _: client, THRESHOLD).embed(texts, forever), client.asked


class TestBedrock:
    def test_titan_is_asked_text_by_text(self):
        answer = {"embedding": [0.5, 1.0], "inputTextTokenCount": 2, "embeddingsByType": {}}
        found, asked = embed(TITAN, answer, ["a", "b"])
        assert found == [[0.5, 1.0], [0.5, 1.0]]
        assert asked == [
            (TITAN, {"inputText": text, "dimensions": 256, "normalize": True})
            for text in ("a", "b")
        ]

    @pytest.mark.parametrize("by_type", [False, True])
    def test_cohere_is_asked_for_all_at_once(self, by_type):
        vectors = [[1.0], [2.0]]
        answer = {"id": "1", "embeddings": {"float": vectors} if by_type else vectors}
        found, asked = embed(COHERE, answer, ["a", "b"])
        assert found == vectors
        assert asked == [
            (
                COHERE,
                {"texts": ["a", "b"], "input_type": "clustering", "embedding_types": ["float"]},
            )
        ]

    def test_the_fourth_version_of_cohere_is_asked_for_short_vectors(self):
        _, asked = embed("eu.cohere.embed-v4:0", {"embeddings": {"float": [[1.0]]}}, ["a"])
        assert asked[0][1]["output_dimension"] == 256

    @pytest.mark.parametrize(
        ("model", "answer"),
        [
            (TITAN, b"no JSON"),
            (TITAN, {"message": "secret"}),
            (TITAN, {"embedding": []}),
            (TITAN, {"embedding": ["a"]}),
            (COHERE, {"embeddings": []}),
            (COHERE, {"embeddings": {"int8": [[1]]}}),
        ],
    )
    def test_answers_of_another_form_are_permanent_and_quote_nothing(self, model, answer):
        with pytest.raises(Permanent) as caught:
            embed(model, answer, ["a"])
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize(
        ("code", "status", "kind"),
        [("ThrottlingException", 429, Retryable), ("AccessDeniedException", 403, Permanent)],
    )
    def test_errors_are_translated(self, code, status, kind):
        told = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        with pytest.raises(kind, match=code):
            embed(TITAN, ClientError(told, "InvokeModel"), ["a"])

    def test_one_client_is_made_for_all_texts_and_for_all_threads(self):
        made = []
        barrier = Barrier(4)

        def make(answer_s):
            made.append(answer_s)
            return Bedrock({"embedding": [1.0]})

        embedder = BedrockEmbedder(TITAN, make, THRESHOLD)

        def ask():
            barrier.wait()
            embedder.embed(["a", "b"], forever)

        threads = [Thread(target=ask) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert made == [5.0]

    def test_no_call_begins_that_could_end_too_late(self):
        client, left_s = Bedrock({"embedding": [1.0]}), [20.0, 14.0, 8.0, 2.0]
        embedder = BedrockEmbedder(TITAN, lambda _: client, THRESHOLD)
        with pytest.raises(Unsendable, match="too little time is left"):
            embedder.embed(["a", "b", "c", "d", "e"], lambda: left_s.pop(0))
        assert [asked["inputText"] for _, asked in client.asked] == ["a", "b", "c"]
