"""Decoder for lossless JPEG (ITU-T T.81 process 14), the usual encoding of X-ray angiograms.

Pillow has no decoder for it, and the well-known ones are under the GPL or not safe with hostile
files. Where a Huffman code starts is known only after the one before it; but numpy works out what
would follow from *every* bit at once, and then only a chain of jumps is left.
"""

import itertools
import struct
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from dsanet.io.codestream import LOSSLESS_FRAME, START_OF_SCAN, next_marker, segment_length
from dsanet.io.refusal import refuse

DEFINE_HUFFMAN_TABLE = 0xC4
DEFINE_RESTART_INTERVAL = 0xDD
END_OF_IMAGE = 0xD9
LONGEST_CODE = 16
LARGEST_CATEGORY = 16
"""Its difference is 32768 and has no further bits (T.81 table H.2)."""
NO_CODE = 1 << 20
SAMPLE_MASK = 0xFFFF
CHUNK_BYTES = 1 << 13
"""Bytes decoded at a time: small enough to stay in the processor's cache."""
LEAP_DOUBLINGS = 5
LOOK_AHEAD = 6
"""Bytes beyond a chunk that its last code (16 bits) and difference (15 bits) may reach into."""


@dataclass(frozen=True)
class HuffmanTable:
    """A Huffman table, spread out over all words of 16 bits.

    Attributes:
        lengths: uint8 (65536,), bits of the code that the word starts with; 0 where none does.
        categories: uint8 (65536,), how many bits the difference after that code has.
    """

    lengths: NDArray[np.uint8]
    categories: NDArray[np.uint8]


@dataclass(frozen=True)
class Scan:
    """All that is needed to decode the one scan of a grey lossless JPEG frame.

    Attributes:
        rows: Height H.
        columns: Width W.
        precision: Bits of a sample P.
        predictor: Selection value, 1 to 7 (T.81 table H.1).
        point_transform: Low bits that were cut off before encoding Pt.
        restart_rows: Rows between two restart markers; H when there are none.
        table: Huffman table of the differences.
    """

    rows: int
    columns: int
    precision: int
    predictor: int
    point_transform: int
    restart_rows: int
    table: HuffmanTable


def decode_lossless_jpeg(data: bytes, rows: int, columns: int) -> NDArray[np.uint16]:
    """Decode one grey frame.

    Args:
        data: JPEG codestream.
        rows: Height H that the frame must have.
        columns: Width W that the frame must have.

    Returns:
        uint16 (H, W).

    Raises:
        ReadError: The codestream is damaged or no lossless grey JPEG of that size.
    """
    try:
        scan, start = _read_headers(data, rows, columns)
    except (struct.error, IndexError):
        _refuse("it ends inside its header")
    pieces = _entropy_coded_pieces(data, start)
    expected = -(-scan.rows // scan.restart_rows)
    if len(pieces) != expected:
        _refuse(f"it has {len(pieces)} restart intervals, expected {expected}")
    blocks = []
    for index, piece in enumerate(pieces):
        height = min(scan.restart_rows, scan.rows - index * scan.restart_rows)
        differences = _differences(piece, height * scan.columns, scan.table)
        blocks.append(_undo_prediction(differences.reshape(height, scan.columns), scan))
    return np.concatenate(blocks) << np.uint16(scan.point_transform)


def _refuse(what: str) -> NoReturn:
    refuse(f"a lossless JPEG frame is damaged: {what}", "a whole frame")


def _read_headers(data: bytes, rows: int, columns: int) -> tuple[Scan, int]:
    tables: dict[int, HuffmanTable] = {}
    frame: tuple[int, ...] = ()
    restart_interval = 0
    position = 2
    while True:
        position, marker = next_marker(data, position)
        length = segment_length(data, position)
        body = data[position + 2 : position + length]
        if marker == LOSSLESS_FRAME:
            frame = struct.unpack_from(">BHHB", body)
        elif marker == DEFINE_HUFFMAN_TABLE:
            tables.update(_huffman_tables(body))
        elif marker == DEFINE_RESTART_INTERVAL:
            (restart_interval,) = struct.unpack_from(">H", body)
        elif marker == START_OF_SCAN:
            break
        position += length
    if len(frame) != 4 or frame[1:] != (rows, columns, 1):
        _refuse("it is not one grey image of the stated size")
    return _scan(frame, body, tables, restart_interval), position + length


def _scan(
    frame: tuple[int, ...], body: bytes, tables: dict[int, HuffmanTable], restart_interval: int
) -> Scan:
    precision, rows, columns, _ = frame
    components, _, selector, predictor, _, approximation = struct.unpack_from(">6B", body)
    table = tables.get(selector >> 4)
    shift = approximation & 0x0F
    restart_rows, rest = divmod(restart_interval, columns)
    sound = components == 1 and 1 <= predictor <= 7 and rest == 0
    if not sound or table is None or not 2 <= precision <= 16 or shift >= precision:
        _refuse("its scan header states impossible values")
    return Scan(rows, columns, precision, predictor, shift, restart_rows or rows, table)


def _huffman_tables(body: bytes) -> dict[int, HuffmanTable]:
    """Read a DHT segment (T.81 B.2.4.2); codes are given out as in T.81 annex C."""
    tables = {}
    while body:
        counts = struct.unpack_from(">16B", body, 1)
        symbols = body[17 : 17 + sum(counts)]
        if len(symbols) < sum(counts) or any(s > LARGEST_CATEGORY for s in symbols):
            _refuse("its Huffman table is impossible")
        tables[body[0] & 0x0F] = _spread(counts, symbols)
        body = body[17 + len(symbols) :]
    return tables


def _spread(counts: tuple[int, ...], symbols: bytes) -> HuffmanTable:
    lengths = np.zeros(1 << LONGEST_CODE, np.uint8)
    categories = np.zeros(1 << LONGEST_CODE, np.uint8)
    lengths_of_codes = itertools.chain.from_iterable(
        itertools.repeat(length, count) for length, count in enumerate(counts, start=1)
    )
    word = 0
    for length, symbol in zip(lengths_of_codes, symbols, strict=True):
        following = word + (1 << (LONGEST_CODE - length))
        if following > len(lengths):
            _refuse("its Huffman table is impossible")
        lengths[word:following] = length
        categories[word:following] = symbol
        word = following
    return HuffmanTable(lengths, categories)


def _entropy_coded_pieces(data: bytes, start: int) -> list[bytes]:
    """Cut the scan at its restart markers and take the stuffed zero bytes out."""
    coded = np.frombuffer(data, np.uint8, offset=start)
    after_ff = np.flatnonzero(coded[:-1] == 0xFF) + 1
    is_marker = (coded[after_ff] != 0) & (coded[after_ff] != 0xFF)
    pieces = []
    begin = start
    for position in (after_ff[is_marker] + start).tolist():
        pieces.append(data[begin : position - 1].replace(b"\xff\x00", b"\xff"))
        begin = position + 1
        if data[position] == END_OF_IMAGE:
            return pieces
        if not 0xD0 <= data[position] <= 0xD7:
            _refuse("an unknown marker stands inside its data")
    _refuse("it has no end")


def _differences(piece: bytes, count: int, table: HuffmanTable) -> NDArray[np.int64]:
    """Decode `count` differences from one restart interval."""
    found: list[NDArray[np.int64]] = []
    missing = count
    position = 0
    padded = np.frombuffer(piece + b"\xff" * LOOK_AHEAD, np.uint8).astype(np.uint32)
    for begin in range(0, len(piece), CHUNK_BYTES):
        size = min(CHUNK_BYTES, len(piece) - begin)
        words = _words_from_every_bit(padded[begin : begin + size + LOOK_AHEAD])
        differences, following = _decode_from_every_bit(words, table)
        starts, position = _follow(following, position, 8 * size)
        found.append(differences[starts[:missing]])
        missing -= len(found[-1])
        if missing == 0:
            return _known(np.concatenate(found))
        position -= 8 * size
    _refuse("its data end too early")


def _known(differences: NDArray[np.int64]) -> NDArray[np.int64]:
    if np.any(differences == NO_CODE):
        _refuse("its data hold an unknown code")
    return differences


def _words_from_every_bit(data: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Return, for each bit of all bytes but the last two, the 16 bits that start there."""
    three_bytes = data[:-2] << 16 | data[1:-1] << 8 | data[2:]
    shifts = np.arange(8, 0, -1, dtype=np.uint32)
    return (three_bytes[:, None] >> shifts).astype(np.uint16).ravel()


def _decode_from_every_bit(
    words: NDArray[np.uint16], table: HuffmanTable
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Decode the difference that would start at each bit (T.81 F.2.2.1 and H.1.2.2).

    Returns:
        The differences, `NO_CODE` where no code starts, and the bit that follows each of them.
    """
    lengths = table.lengths[words].astype(np.int64)
    categories = table.categories[words].astype(np.int64)
    extra = np.where(categories == LARGEST_CATEGORY, 0, categories)
    first_extra = np.arange(len(words)) + lengths
    bits = words[np.minimum(first_extra, len(words) - 1)].astype(np.int64)
    bits >>= LONGEST_CODE - extra
    negative = bits < (1 << extra) >> 1
    differences = np.where(negative, bits - (1 << extra) + 1, bits)
    differences[categories == LARGEST_CATEGORY] = 32768
    following = first_extra + extra
    unknown = lengths == 0
    differences[unknown] = NO_CODE
    following[unknown] += 1
    return differences, following


def _follow(following: NDArray[np.int64], position: int, end: int) -> tuple[NDArray[np.int64], int]:
    """List where codes start, from bit `position` on and before bit `end`.

    Python only leaps from every 32nd code to the next; numpy fills in the codes between.

    Args:
        following: int64, for each bit the one after the code that would start there. Changed.
        position: Where the first code starts.
        end: Where to stop.

    Returns:
        Where the codes start, and the first start that is not before `end`.
    """
    following[end:] = np.arange(end, len(following))
    leap = following
    for _ in range(LEAP_DOUBLINGS):
        leap = leap[leap]
    landings = []
    while position < end:
        landings.append(position)
        position = int(leap[position])
    columns = [np.array(landings, np.int64)]
    for _ in range((1 << LEAP_DOUBLINGS) - 1):
        columns.append(following[columns[-1]])
    starts = np.stack(columns, axis=1).ravel()
    return starts[starts < end], position


def _undo_prediction(differences: NDArray[np.int64], scan: Scan) -> NDArray[np.uint16]:
    """Turn differences into samples, modulo 65536.

    The first sample is predicted to be half the range, the first row from the left, the first
    column from above, all others as the selection value says (T.81 H.1.2.1 and table H.1).
    """
    samples = differences
    samples[0, 0] += 1 << (scan.precision - scan.point_transform - 1)
    samples[0] = np.cumsum(samples[0]) & SAMPLE_MASK
    for row in range(1, len(samples)):
        samples[row] = _row(samples[row], samples[row - 1], scan.predictor) & SAMPLE_MASK
    return samples.astype(np.uint16)


def _row(
    differences: NDArray[np.int64], above: NDArray[np.int64], predictor: int
) -> NDArray[np.int64]:
    row = differences.copy()
    if predictor == 4:  # left + above - above left
        return above + np.cumsum(row)
    row[0] += above[0]
    if predictor == 1:  # left
        return np.cumsum(row)
    if predictor == 2:  # above
        row[1:] += above[1:]
        return row
    if predictor == 3:  # above left
        row[1:] += above[:-1]
        return row
    if predictor == 5:  # left + (above - above left) / 2
        row[1:] += (above[1:] - above[:-1]) >> 1
        return np.cumsum(row)
    return _row_sample_by_sample(row.tolist(), above.tolist(), predictor)


def _row_sample_by_sample(row: list[int], above: list[int], predictor: int) -> NDArray[np.int64]:
    left = row[0] = row[0] & SAMPLE_MASK
    for column in range(1, len(row)):
        if predictor == 6:  # above + (left - above left) / 2
            predicted = above[column] + ((left - above[column - 1]) >> 1)
        else:  # 7: mean of left and above
            predicted = (left + above[column]) >> 1
        left = row[column] = (row[column] + predicted) & SAMPLE_MASK
    return np.array(row)
