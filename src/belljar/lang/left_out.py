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
