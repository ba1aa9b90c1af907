import numpy as np
import pytest

from dsanet.errors import ReadError
from dsanet.io.jpeg_lossless import decode_lossless_jpeg

RANDOM = np.random.default_rng(1).integers(0, 65536, (7, 5))


@pytest.mark.parametrize("predictor", range(1, 8))
def test_every_predictor_gives_the_samples_back(encode_lossless_jpeg, predictor):
    data = encode_lossless_jpeg(RANDOM, predictor=predictor)
    assert np.array_equal(decode_lossless_jpeg(data, 7, 5), RANDOM)


def test_difference_of_half_the_range_has_no_further_bits(encode_lossless_jpeg):
    frame = np.array([[0, 32768, 0]])
    assert decode_lossless_jpeg(encode_lossless_jpeg(frame), 1, 3).tolist() == [[0, 32768, 0]]


@pytest.mark.parametrize("restart_rows", [1, 2, 3, 7])
@pytest.mark.parametrize("predictor", [1, 7])
def test_prediction_starts_anew_after_a_restart_marker(
    encode_lossless_jpeg, predictor, restart_rows
):
    data = encode_lossless_jpeg(RANDOM, predictor=predictor, restart_rows=restart_rows)
    assert np.array_equal(decode_lossless_jpeg(data, 7, 5), RANDOM)


def test_point_transform_leaves_low_bits_zero(encode_lossless_jpeg):
    data = encode_lossless_jpeg(np.array([[1023, 5]]), precision=10, point_transform=2)
    assert decode_lossless_jpeg(data, 1, 2).tolist() == [[1020, 4]]


def test_frame_longer_than_one_chunk_is_decoded(encode_lossless_jpeg):
    frame = np.random.default_rng(2).integers(0, 4096, (96, 128))
    data = encode_lossless_jpeg(frame, precision=12)
    assert len(data) > 2 * 8192
    assert np.array_equal(decode_lossless_jpeg(data, 96, 128), frame)


def test_a_cut_frame_is_refused_wherever_it_is_cut(encode_lossless_jpeg):
    data = encode_lossless_jpeg(RANDOM)
    for end in range(2, len(data) - 1):
        with pytest.raises(ReadError):
            decode_lossless_jpeg(data[:end], 7, 5)


def test_too_few_codes_are_refused(encode_lossless_jpeg):
    data = encode_lossless_jpeg(RANDOM)
    taller = data.replace((7).to_bytes(2, "big") + (5).to_bytes(2, "big"), b"\0\x09\0\5")
    with pytest.raises(ReadError, match="end too early"):
        decode_lossless_jpeg(taller, 9, 5)


def test_an_unknown_code_is_refused_and_does_not_hang(encode_lossless_jpeg):
    data = encode_lossless_jpeg(np.zeros((1, 40)))
    broken = data[:-12] + b"\xfe" * 10 + b"\xff\xd9"
    with pytest.raises(ReadError, match="unknown code"):
        decode_lossless_jpeg(broken, 1, 40)


def test_another_size_than_stated_is_refused(encode_lossless_jpeg):
    with pytest.raises(ReadError, match="stated size"):
        decode_lossless_jpeg(encode_lossless_jpeg(RANDOM), 5, 7)


def test_huffman_table_with_too_many_codes_is_refused(encode_lossless_jpeg):
    data = encode_lossless_jpeg(RANDOM)
    crowded = data.replace(bytes([0, 0, 0, 0, 0, 17]), bytes([0, 17, 0, 0, 0, 0]))
    with pytest.raises(ReadError, match="Huffman"):
        decode_lossless_jpeg(crowded, 7, 5)
