"""What CPython 3.11's modules have and those of the library lack.

A program that names one is refused: CPython would give it something, so that the AttributeError of a name that nobody has would be a wrong answer.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LEFT_OUT: Final[dict[str, frozenset[str]]] = {
    module: frozenset(names.split())
    for module, names in {
        "abc": "ABCMeta abstractclassmethod abstractproperty abstractstaticmethod get_cache_token update_abstractmethods",
        "base64": (
            "MAXBINSIZE MAXLINESIZE a85decode a85encode b32hexdecode b32hexencode b85decode b85encode bytes_types decode encode main test"
        ),
        "binascii": "Incomplete a2b_qp a2b_uu b2a_qp b2a_uu crc_hqx",
        "calendar": (
            "EPOCH HTMLCalendar LocaleHTMLCalendar LocaleTextCalendar c calendar different_locale format formatstring main "
            "prcal prweek week"
        ),
        "collections": "UserString",
        "contextlib": "AbstractAsyncContextManager AsyncContextDecorator AsyncExitStack aclosing asynccontextmanager chdir",
        "copy": "dispatch_table error",
        "csv": "Sniffer field_size_limit get_dialect register_dialect unregister_dialect",
        "datetime": "datetime_CAPI",
        "decimal": "BasicContext ConversionSyntax DivisionImpossible DivisionUndefined ExtendedContext InvalidContext",
        "difflib": "HtmlDiff diff_bytes",
        "fnmatch": "translate",
        "functools": "WRAPPER_ASSIGNMENTS WRAPPER_UPDATES",
        "hashlib": "blake2b blake2s file_digest pbkdf2_hmac scrypt sha3_224 sha3_256 sha3_384 sha3_512 shake_128 shake_256",
        "hmac": "digest_size trans_36 trans_5C",
        "io": (
            "BlockingIOError BufferedIOBase BufferedRWPair BufferedRandom BufferedReader BufferedWriter DEFAULT_BUFFER_SIZE "
            "FileIO IOBase IncrementalNewlineDecoder RawIOBase TextIOBase TextIOWrapper UnsupportedOperation open open_code "
            "text_encoding"
        ),
        "json": "detect_encoding",
        "operator": "imatmul length_hint",
        "pprint": "isreadable isrecursive",
        "random": "BPF LOG4 NV_MAGICCONST RECIP_BPF SG_MAGICCONST TWOPI",
        "re": "Scanner template",
        "statistics": "tau",
        "time": (
            "CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_MONOTONIC_RAW CLOCK_PROCESS_CPUTIME_ID CLOCK_REALTIME CLOCK_TAI "
            "CLOCK_THREAD_CPUTIME_ID altzone clock_getres clock_gettime clock_gettime_ns clock_settime clock_settime_ns "
            "daylight get_clock_info process_time process_time_ns pthread_getcpuclockid thread_time thread_time_ns tzname "
            "tzset"
        ),
        "urllib.parse": (
            "DefragResultBytes ParseResultBytes ResultBase SplitResultBytes clear_cache non_hierarchical scheme_chars "
            "splitattr splithost splitnport splitpasswd splitport splitquery splittag splittype splituser splitvalue "
            "to_bytes unwrap uses_fragment uses_netloc uses_params uses_query uses_relative"
        ),
        "uuid": "SafeUUID getnode uuid1",
        "zlib": (
            "DEFLATED DEF_BUF_SIZE DEF_MEM_LEVEL MAX_WBITS ZLIB_RUNTIME_VERSION ZLIB_VERSION Z_BEST_COMPRESSION "
            "Z_BEST_SPEED Z_BLOCK Z_DEFAULT_COMPRESSION Z_DEFAULT_STRATEGY Z_FILTERED Z_FINISH Z_FIXED Z_FULL_FLUSH "
            "Z_HUFFMAN_ONLY Z_NO_COMPRESSION Z_NO_FLUSH Z_PARTIAL_FLUSH Z_RLE Z_SYNC_FLUSH Z_TREES compress compressobj "
            "decompress decompressobj error"
        ),
    }.items()
}
"""By module."""

MEMBERS_LEFT_OUT: Final[dict[str, frozenset[str]]] = {
    cls: frozenset(names.split())
    for cls, names in {
        "_field.Field": "default default_factory hash metadata",
        "array.array": "buffer_info fromfile fromunicode tofile tounicode",
        "calendar.Calendar": "yeardatescalendar yeardays2calendar yeardayscalendar",
        "calendar.TextCalendar": "formatyear prweek pryear yeardatescalendar yeardays2calendar yeardayscalendar",
        "decimal.Context": (
            "canonical clear_traps compare_signal compare_total compare_total_mag copy_abs copy_decimal copy_negate copy_sign is_canonical "
            "is_finite is_infinite is_nan is_normal is_qnan is_signed is_snan is_subnormal is_zero logb logical_and logical_invert "
            "logical_or logical_xor max_mag min_mag next_minus next_plus next_toward number_class radix remainder_near rotate "
            "same_quantum shift to_eng_string to_integral to_integral_exact"
        ),
        "hmac.HMAC": "blocksize",
        "io.BytesIO": "detach fileno getbuffer readinto readinto1",
        "io.StringIO": "detach encoding errors fileno line_buffering newlines",
        "pprint.PrettyPrinter": "format isrecursive",
        "random.Random": "VERSION",
        "random.SystemRandom": "VERSION",
        "re.Pattern": "scanner",
        "shlex.shlex": "error_leader pop_source push_source sourcehook",
        "string.Template": "flags pattern",
        "textwrap.TextWrapper": "sentence_end_re unicode_whitespace_trans wordsep_re wordsep_simple_re",
        "uuid.UUID": "bytes_le clock_seq clock_seq_hi_variant clock_seq_low fields is_safe time time_hi_version time_mid",
    }.items()
}
"""By class of the library what those of CPython have besides: to ask for it is refused, also where a handler waits for an AttributeError."""

DECIMAL_LEFT_OUT: Final = frozenset(
    (
        "canonical compare_signal compare_total compare_total_mag is_canonical is_normal is_qnan is_snan is_subnormal logical_and "
        "logical_invert logical_or logical_xor max_mag min_mag next_minus next_plus next_toward number_class radix remainder_near rotate "
        "same_quantum shift to_eng_string"
    ).split()
)
"""The methods that Decimals have in CPython alone."""
