"""Reading of DICOM files: values, facts and refusals."""

import io
import re
import time
import warnings

import jpeg_ls
import numpy as np
import pytest
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset

from dsanet.errors import ReadError
from dsanet.io import read_run
from dsanet.io.codecs import LOSSY
from dsanet.io.dicom_file import SYNTAXES
from dsanet.io.scope import ANGIOGRAPHY, COPIES


def test_multi_frame_run_comes_back_as_stored(write_xa, pixels):
    run = read_run(write_xa(pixels, name="first.dcm"))
    assert run.pixels.dtype == np.uint16
    assert np.array_equal(run.pixels, pixels)
    assert run.times.tolist() == [0, 0.25, 0.5, 0.75]
    assert run.spacing is None
    assert run.name == "first"
    assert run.facts.times_stated
    assert run.facts.bits_stored == 16


def test_pixels_cannot_be_changed(write_xa, pixels):
    run = read_run(write_xa(pixels))
    with pytest.raises(ValueError, match="read-only"):
        run.pixels[0, 0, 0] = 1


def test_single_frame_is_a_run_of_one_frame(write_xa, pixels):
    path = write_xa(pixels[:1], NumberOfFrames=None, FrameTime=None, FrameIncrementPointer=None)
    assert read_run(path).pixels.shape == (1, 6, 5)


def test_odd_number_of_bytes_is_padded(write_xa):
    pixels = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    assert np.array_equal(read_run(write_xa(pixels)).pixels, pixels)


def test_signed_values_keep_their_sign(write_xa):
    pixels = np.array([[[-3, 2]], [[-2048, 2047]]], np.int16)
    run = read_run(write_xa(pixels, BitsStored=12))
    assert run.pixels.dtype == np.int16
    assert np.array_equal(run.pixels, pixels)


def test_bits_above_bits_stored_do_not_count(write_xa):
    pixels = np.array([[[0xF123, 0x0FFF]]], np.uint16)
    assert read_run(write_xa(pixels, BitsStored=12)).pixels.tolist() == [[[0x123, 0xFFF]]]


def test_high_bit_tells_where_the_value_stands(write_xa):
    pixels = np.array([[[0x1230, 0xFFFF]]], np.uint16)
    run = read_run(write_xa(pixels, BitsStored=12, HighBit=15))
    assert run.pixels.tolist() == [[[0x123, 0xFFF]]]


def test_monochrome1_is_kept_as_stored_and_told(write_xa, pixels):
    run = read_run(write_xa(pixels, PhotometricInterpretation="MONOCHROME1"))
    assert run.facts.photometric == "MONOCHROME1"
    assert np.array_equal(run.pixels, pixels)


@pytest.mark.parametrize(
    "syntax",
    [
        uid.ImplicitVRLittleEndian,
        uid.ExplicitVRLittleEndian,
        uid.DeflatedExplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_uncompressed_syntax_gives_the_same_pixels(write_xa, pixels, syntax, dtype):
    pixels = (pixels // 30).astype(dtype)
    assert np.array_equal(read_run(write_xa(pixels, syntax=syntax)).pixels, pixels)


def test_big_endian_bytes_written_as_words_are_put_in_order(write_xa):
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    swapped = pixels.reshape(-1, 2)[:, ::-1].tobytes()
    path = write_xa(pixels, syntax=uid.ExplicitVRBigEndian, PixelData=swapped)
    data = path.read_bytes().replace(b"\x7f\xe0\x00\x10OB", b"\x7f\xe0\x00\x10OW")
    path.write_bytes(data)
    assert np.array_equal(read_run(path).pixels, pixels)


@pytest.mark.parametrize("syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian])
def test_file_without_preamble_and_extension_is_read(write_xa, pixels, syntax):
    path = write_xa(pixels, syntax=syntax, name="IM000001")
    path.write_bytes(path.read_bytes()[132:])
    run = read_run(path)
    assert np.array_equal(run.pixels, pixels)
    assert run.name == "IM000001"


@pytest.mark.parametrize("syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian])
def test_bare_dataset_without_file_meta_is_read(write_xa, pixels, syntax):
    path = write_xa(pixels, syntax=syntax, name="1.2.3.4")
    data = path.read_bytes()
    path.write_bytes(data[data.index(b"\x08\x00\x08\x00") :])
    run = read_run(path)
    assert np.array_equal(run.pixels, pixels)
    assert run.name == "1.2.3.4"


@pytest.mark.parametrize(
    "syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless], ids=lambda s: s.name
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_frames_compressed_by_other_libraries_come_back(write_xa, compress, pixels, syntax, dtype):
    stored = (pixels // 30).astype(dtype)
    frames = compress(stored, syntax)
    assert np.array_equal(read_run(write_xa(stored, syntax=syntax, frames=frames)).pixels, stored)


def test_every_lossless_syntax_gives_the_same_pixels(
    write_xa, compress, encode_lossless_jpeg, pixels
):
    lossless_jpeg = [encode_lossless_jpeg(frame) for frame in pixels]
    packed = {
        uid.JPEGLossless: lossless_jpeg,
        uid.JPEGLosslessSV1: lossless_jpeg,
        uid.RLELossless: compress(pixels, uid.RLELossless),
        uid.JPEGLSLossless: compress(pixels, uid.JPEGLSLossless),
        uid.JPEG2000Lossless: compress(pixels, uid.JPEG2000Lossless),
    }
    syntaxes = SYNTAXES - LOSSY
    hashes = {
        syntax.name: read_run(write_xa(pixels, syntax=syntax, frames=packed.get(syntax))).pixel_hash
        for syntax in syntaxes
    }
    assert len(hashes) == 9
    assert len(set(hashes.values())) == 1, hashes


def test_signed_twelve_bit_jpeg_ls_comes_back(write_xa, compress):
    pixels = np.arange(-2048, 2048, dtype=np.int16).reshape(1, 64, 64)
    frames = compress(pixels, uid.JPEGLSLossless, bits_stored=12)
    run = read_run(write_xa(pixels, syntax=uid.JPEGLSLossless, frames=frames, BitsStored=12))
    assert np.array_equal(run.pixels, pixels)


def image_bytes(frame, kind, **options):
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("syntax", [uid.JPEGLossless, uid.JPEGLosslessSV1])
def test_lossless_jpeg_frames_come_back(write_xa, encode_lossless_jpeg, pixels, syntax):
    predictor = 1 if syntax == uid.JPEGLosslessSV1 else 7
    frames = [encode_lossless_jpeg(frame, predictor=predictor) for frame in pixels]
    assert np.array_equal(read_run(write_xa(pixels, syntax=syntax, frames=frames)).pixels, pixels)


def test_signed_lossless_jpeg_keeps_its_sign(write_xa, encode_lossless_jpeg):
    pixels = np.array([[[-3, 2], [-2048, 2047]]], np.int16)
    frames = [encode_lossless_jpeg(pixels[0] & 0xFFF, precision=12)]
    path = write_xa(pixels, syntax=uid.JPEGLosslessSV1, frames=frames, BitsStored=12)
    assert np.array_equal(read_run(path).pixels, pixels)


def test_near_lossless_jpeg_ls_comes_back_nearly(write_xa):
    pixels = np.random.default_rng(0).integers(0, 4096, (2, 16, 16), np.uint16)
    form = {"rows": 16, "columns": 16, "samples_per_pixel": 1, "bits_stored": 12}
    frames = [
        bytes(jpeg_ls.encode_pixel_data(frame.tobytes(), lossy_error=3, **form)) for frame in pixels
    ]
    path = write_xa(pixels, syntax=uid.JPEGLSNearLossless, frames=frames, BitsStored=12)
    errors = np.abs(read_run(path).pixels.astype(int) - pixels)
    assert 0 < errors.max() <= 3


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit])
def test_baseline_jpeg_frames_come_back_nearly(write_xa, syntax):
    pixels = np.full((3, 16, 16), [[[40]], [[90]], [[200]]], np.uint8)
    frames = [image_bytes(frame, "JPEG", quality=95) for frame in pixels]
    run = read_run(write_xa(pixels, syntax=syntax, frames=frames))
    assert np.array_equal(run.pixels, pixels)


def test_frames_in_many_fragments_are_joined(write_xa, encode_lossless_jpeg, pixels):
    frames = [encode_lossless_jpeg(frame) for frame in pixels]
    path = write_xa(pixels, syntax=uid.JPEGLosslessSV1, frames=frames, fragments_per_frame=3)
    assert np.array_equal(read_run(path).pixels, pixels)


def test_header_facts_are_plain_and_hold_nothing_about_the_patient(write_xa, pixels):
    item = Dataset()
    item.MaskOperation = "AVG_SUB"
    item.ApplicableFrameRange = [2, 4]
    item.MaskFrameNumbers = [1, 9]
    item.ContrastFrameAveraging = 1
    item.MaskSubPixelShift = [0.5, -0.25]
    item.MaskOperationExplanation = "Secret^Name"
    run = read_run(
        write_xa(
            pixels,
            MaskSubtractionSequence=[item],
            PixelIntensityRelationship="LOG",
            RecommendedViewingMode="SUB",
            Manufacturer="Maker",
            ManufacturerModelName="Model",
        )
    )
    assert run.facts.mask_subtraction == (
        {
            "MaskOperation": "AVG_SUB",
            "ApplicableFrameRange": [2, 4],
            "MaskFrameNumbers": [1, 9],
            "ContrastFrameAveraging": 1,
            "MaskSubPixelShift": [0.5, -0.25],
        },
    )
    assert run.facts.intensity_relationship == "LOG"
    assert run.facts.viewing_mode == "SUB"
    assert run.facts.equipment == "Maker Model"
    assert run.facts.image_type == ("ORIGINAL", "PRIMARY", "SINGLE PLANE")
    assert run.facts.uids == {
        "SOPInstanceUID": "1.2.826.0.1.1",
        "SeriesInstanceUID": "1.2.826.0.1.2",
        "StudyInstanceUID": "1.2.826.0.1.3",
    }
    assert "Secret" not in repr(run)
    assert "4711" not in repr(run)


def test_unknown_words_in_the_header_count_as_not_stated(write_xa, pixels):
    run = read_run(write_xa(pixels, PixelIntensityRelationship="ODD", RecommendedViewingMode=""))
    assert run.facts.intensity_relationship is None
    assert run.facts.viewing_mode is None


@pytest.mark.parametrize("sop_class", sorted(ANGIOGRAPHY), ids=lambda sop: sop.name)
def test_every_class_of_angiography_is_read(write_xa, pixels, sop_class):
    assert np.array_equal(read_run(write_xa(pixels, SOPClassUID=sop_class)).pixels, pixels)


@pytest.mark.parametrize("sop_class", sorted(COPIES), ids=lambda sop: sop.name)
@pytest.mark.parametrize("modality", ["XA", "RF"])
def test_secondary_capture_of_angiography_is_read(write_xa, pixels, sop_class, modality):
    path = write_xa(pixels, SOPClassUID=sop_class, Modality=modality)
    assert np.array_equal(read_run(path).pixels, pixels)


def test_rescale_and_window_change_no_value(write_xa, pixels):
    shown = {"RescaleSlope": 2, "RescaleIntercept": -5, "WindowCenter": 9, "WindowWidth": 3}
    assert np.array_equal(read_run(write_xa(pixels, **shown)).pixels, pixels)


def test_sop_class_may_stand_in_the_file_meta_only(write_xa, pixels):
    path = write_xa(pixels, syntax=uid.ImplicitVRLittleEndian)
    data = path.read_bytes()
    element = b"\x08\x00\x16\x00"
    path.write_bytes(data.replace(element, b"\x08\x00\x17\x00"))
    assert read_run(path).frame_count == 4


def test_no_warning_reaches_the_user(write_xa, pixels, capsys):
    path = write_xa(pixels)
    path.write_bytes(path.read_bytes().replace(b"1.2.826.0.1.2", b"1.2.826.0.1.x"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_run(path).frame_count == 4
    assert capsys.readouterr() == ("", "")


REFUSALS = [
    ({"SOPClassUID": uid.CTImageStorage, "Modality": "CT"}, "CT Image Storage"),
    ({"SOPClassUID": uid.XRay3DAngiographicImageStorage}, "X-Ray 3D Angiographic Image Storage"),
    ({"SOPClassUID": uid.SecondaryCaptureImageStorage, "Modality": "CR"}, r"\(0008,0060\) is CR"),
    ({"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3}, "is RGB with 3 samples"),
    ({"PhotometricInterpretation": "PALETTE COLOR"}, "is PALETTE COLOR"),
    ({"PhotometricInterpretation": None}, "is missing"),
    ({"SamplesPerPixel": 3}, "with 3 samples"),
    ({"BitsAllocated": 32, "BitsStored": 32}, r"Bits Allocated \(0028,0100\) is 32, expected 8"),
    ({"BitsStored": 20}, r"Bits Stored \(0028,0101\) is 20"),
    ({"BitsStored": 0}, r"Bits Stored \(0028,0101\) is 0"),
    ({"HighBit": 3}, r"High Bit \(0028,0102\) is 3"),
    ({"Rows": None}, r"Rows \(0028,0010\) is missing"),
    ({"Rows": 0}, r"Rows \(0028,0010\) is 0, expected at least 1"),
    ({"NumberOfFrames": 0}, r"Number of Frames \(0028,0008\) is 0"),
    ({"NumberOfFrames": -1}, "is -1"),
    ({"NumberOfFrames": 3}, "holds 240 bytes, expected 180 for the 3 frames"),
    ({"NumberOfFrames": 5}, "holds 240 bytes, expected 300 for the 5 frames"),
    ({"Rows": 65535, "Columns": 65535}, "states 4 frames of 65535 x 65535"),
    ({"NumberOfFrames": 2**31 - 1}, "states 2147483647 frames"),
    ({"PixelData": None}, r"Pixel Data \(7FE0,0010\) is missing"),
    ({"PixelData": b""}, "is missing or cut off"),
    ({"PixelData": bytes(242)}, "holds 242 bytes, expected 240"),
    ({"PixelData": None, "FloatPixelData": bytes(480)}, r"Pixel Data \(7FE0,0010\) is missing"),
    ({"Columns": None}, r"Columns \(0028,0011\) is missing"),
    ({"BitsAllocated": None}, r"Bits Allocated \(0028,0100\) is missing"),
    ({"BitsStored": None}, r"Bits Stored \(0028,0101\) is missing"),
    ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}, "is 1, expected 8 or 16"),
    ({"BitsAllocated": 12, "BitsStored": 12, "HighBit": 11}, "is 12, expected 8 or 16"),
    ({"PhotometricInterpretation": "YBR_FULL", "SamplesPerPixel": 3}, "is YBR_FULL"),
    ({"SOPClassUID": None}, "is 1.2.3"),
    ({"SOPClassUID": uid.UltrasoundMultiFrameImageStorage, "Modality": "US"}, "Ultrasound"),
    ({"SOPClassUID": uid.XRayRadiationDoseSRStorage, "Modality": "SR"}, "Dose SR"),
    ({"PositionerPrimaryAngleIncrement": [6.0, 6, 6]}, "rotational run: .* to 18 degrees"),
    ({"PositionerSecondaryAngleIncrement": [0.0, -19]}, "rotational run"),
]


@pytest.mark.parametrize(("attributes", "words"), REFUSALS, ids=str)
def test_wrong_header_is_refused_naming_file_tag_and_value(write_xa, pixels, attributes, words):
    path = write_xa(pixels, name="odd.dcm", **attributes)
    with pytest.raises(ReadError, match=words) as refusal:
        read_run(path)
    message = str(refusal.value)
    assert message.startswith("Cannot read odd.dcm: ")
    assert re.search(r", expected .+; .+\.$", message)


@pytest.mark.parametrize("syntax", [uid.MPEG2MPML, uid.HTJ2KLossless], ids=lambda s: s.name)
def test_syntax_without_decoder_is_refused_by_name(write_xa, pixels, syntax):
    path = write_xa(pixels, syntax=syntax, frames=[b"xx"] * 4)
    with pytest.raises(ReadError, match=re.escape(syntax.name)):
        read_run(path)


def test_small_positioner_noise_is_no_rotation(write_xa, pixels):
    assert read_run(write_xa(pixels, PositionerPrimaryAngleIncrement=[9, -9, 9])).frame_count == 4


def test_twelve_bit_extended_jpeg_is_refused(write_xa, encode_lossless_jpeg, pixels):
    frames = [
        encode_lossless_jpeg(frame % 4096, precision=12).replace(b"\xff\xc3", b"\xff\xc1")
        for frame in pixels
    ]
    path = write_xa(pixels, syntax=uid.JPEGExtended12Bit, frames=frames)
    with pytest.raises(ReadError, match="12 bits in a sample, expected at most 8"):
        read_run(path)


def test_more_compressed_frames_than_stated_are_refused(write_xa, encode_lossless_jpeg, pixels):
    frames = [encode_lossless_jpeg(frame) for frame in pixels]
    path = write_xa(pixels, syntax=uid.JPEGLosslessSV1, frames=frames, NumberOfFrames=3)
    with pytest.raises(ReadError, match="holds 4 frames, expected 3"):
        read_run(path)


def test_compressed_frame_of_another_size_is_refused(write_xa, pixels):
    large = image_bytes(np.zeros((64, 64), np.uint8), "JPEG")
    path = write_xa(pixels.astype(np.uint8), syntax=uid.JPEGBaseline8Bit, frames=[large] * 4)
    with pytest.raises(ReadError, match="64 x 64 pixels of 1 colours, expected 6 x 5"):
        read_run(path)


def test_compressed_colour_frame_is_refused(write_xa, pixels):
    colour = image_bytes(np.zeros((6, 5, 3), np.uint8), "JPEG")
    path = write_xa(pixels.astype(np.uint8), syntax=uid.JPEGBaseline8Bit, frames=[colour] * 4)
    with pytest.raises(ReadError, match="of 3 colours"):
        read_run(path)


def test_file_cut_anywhere_is_refused(write_xa, pixels):
    data = write_xa(pixels).read_bytes()
    path = write_xa(pixels, name="cut.dcm")
    for end in range(0, len(data) - 1, 7):
        path.write_bytes(data[:end])
        with pytest.raises(ReadError, match=r"cut\.dcm"):
            read_run(path)


def test_compressed_file_cut_anywhere_is_refused(write_xa, encode_lossless_jpeg, pixels):
    frames = [encode_lossless_jpeg(frame) for frame in pixels]
    data = write_xa(pixels, syntax=uid.JPEGLosslessSV1, frames=frames).read_bytes()
    path = write_xa(pixels, name="cut.dcm")
    for end in range(data.index(b"\xe0\x7f\x10\x00") + 12, len(data) - 8, 11):
        path.write_bytes(data[:end])
        with pytest.raises(ReadError, match="is missing or cut off"):
            read_run(path)


def test_jpeg_ls_frame_without_an_end_is_refused_soon(write_xa, compress):
    pixels = np.arange(256, dtype=np.uint16).reshape(1, 16, 16)
    (frame,) = compress(pixels, uid.JPEGLSLossless)
    path = write_xa(pixels, syntax=uid.JPEGLSLossless, frames=[frame[:100]])
    start = time.perf_counter()
    with pytest.raises(ReadError):
        read_run(path)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("signed", [True, False])
def test_lossy_jpeg_2000_keeps_the_sign(write_xa, compress, signed):
    pixels = np.full((1, 16, 16), -100 if signed else 100, np.int16)
    stored = pixels.view(np.uint16)
    frames = compress(stored, uid.JPEG2000Lossless)
    run = read_run(write_xa(pixels, syntax=uid.JPEG2000, frames=frames))
    assert np.array_equal(run.pixels, pixels)
