"""Width of mixed Chinese and Latin text without a font, and where its lines break.

A picture is drawn on one machine and read on another, so no font's own measure can be trusted. Full-width characters
are one em in every CJK face; every other character counts as the widest of the usual faces (Noto Sans CJK, DejaVu
Sans, Liberation Sans, regular and bold). A real line can therefore only be narrower than we think, never wider.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

#: Widest advance of U+0020 … U+007E over those faces, in thousandths of an em.
_ASCII = (
    348, 456, 574, 838, 696, 1002, 872, 325, 457, 457, 523, 838, 380, 415, 380, 392,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611,
    1007, 774, 762, 734, 830, 683, 683, 821, 837, 372, 568, 775, 637, 995, 837, 850,
    733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 392, 457, 838, 567,
    626, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687,
    716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
)  # fmt: skip
#: Kinsoku (GB/T 15834, JLREQ): what may not begin a line, and what may not end one.
_NO_START = frozenset("、。，．,.:;!?)]}〉》」』】〕）］｝：；！？％%・…—～’”ー々")
_NO_END = frozenset("([{〈《「『【〔（［｛￥¥$‘“")
#: A figure keeps its unit, a heading such as “Limit:” its text, although there is a space between.
_CLINGS = frozenset("0123456789:")
#: Good places to end a line, and words that like to begin one (并制作…, 或者…).
_ENDS_PHRASE = frozenset("、，；：。,;:）》」")
_BEGINS_PHRASE = frozenset("并或及且和与")

#: Words of administrative procedure that are better not torn apart.
_WORDS = tuple(
    """工作日 申请人 当事人 利害关系人 第三人 申请 材料 受理 审查 审核 审批 审定 决定 许可 处罚 听证 告知 送达 公开
    公示 归档 结案 立案 调查 取证 核查 检查 勘验 现场 实地 当场 通知 通知书 决定书 告知书 申辩 陈述 复议 诉讼 补正
    更正 退回 登记 办理 办结 承办 机构 机关 部门 单位 窗口 科室 岗位 领导 负责人 执法 执行 缴纳 罚款 证件 证书 许可证
    意见 建议 报告 期限 时限 延长 法定 承诺 信息 政府 行政 强制 征收 给付 裁决 确认 奖励 监督 投诉 评价 服务 组织 制作
    制发 签收 收件 移送 司法 符合 形式 是否 需要 作出 提出 提交 填写 范围 理由 内容 全部 事实 依据 不少于
    能否 按期 准予""".split()
)

#: Distance of two base lines, in sizes.
LEADING = 1.32


@lru_cache(8192)
def _advance(character: str) -> float:
    """Widest advance of one character, in ems."""
    code = ord(character)
    if 32 <= code < 127:
        return _ASCII[code - 32] / 1000
    if unicodedata.combining(character):
        return 0.0
    if code >= 0x1F000:  # emoji and other pictographs: wider than a han character in some faces
        return 1.4
    if is_wide(character):  # ambiguous capitals (Щ, Ω) are wider than an em in faces that are not Chinese
        return 1.2 if character.isupper() else 1.0
    return 1.15 if character.isupper() else 0.85


def is_wide(character: str) -> bool:
    """Is it one em wide in a CJK face (East Asian Width W, F or ambiguous)?"""
    return unicodedata.east_asian_width(character) in "WFA"


def width(text: str, size: float) -> float:
    """The most that ``text`` can be wide at ``size``, in the unit of ``size``."""
    return sum(map(_advance, text)) * size


def line_height(size: float) -> float:
    """Height that one line of ``size`` takes in a box."""
    return size * LEADING


def longest_word(text: str, size: float) -> float:
    """Width of the longest stretch that can only be broken inside a word."""
    ends = [0, *_breaks(text), len(text)]
    return max(width(text[a:b].strip(), size) for a, b in pairwise(ends))


def wrap(text: str, size: float, max_width: float, max_lines: int = 99) -> list[str]:
    """``text`` in as few lines as fit ``max_width``, balanced, broken at phrases and words where that is possible.

    Follows kinsoku; a Latin word is split only if it is wider than a line. Past ``max_lines`` the rest becomes an
    ellipsis. No line is wider than ``max_width`` unless a single character is. Always at least one line.
    """
    return list(_wrapped(" ".join(text.split()), size, max_width, max_lines))


@lru_cache(4096)
def _wrapped(text: str, size: float, max_width: float, max_lines: int) -> tuple[str, ...]:
    lines = _balanced(_fragments(text, size, max_width), size, max_width)
    if len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], _with_ellipsis(lines[max_lines - 1], size, max_width)]
    return tuple(lines)


def wrap_rhombus(text: str, size: float, width_: float, least_height: float = 54) -> tuple[list[str], float]:
    """Lines of ``text`` inside a rhombus of the given width, and the least height that holds them all."""
    total = width(text, size)
    candidates = []
    for count in range(1, 9):
        for slack in (0.02, 0.12, 0.25, 0.45):
            lines = wrap(text, size, max(size * 2, min(width_ * 0.86, total / count * (1 + slack))))
            torn = len(_inside_words("".join(lines)) & set(accumulate(map(len, lines))))
            torn += 4 * _latin_torn(" ".join(text.split()), lines)
            height = rhombus_height([width(line, size) for line in lines], size, width_)
            candidates.append((max(height, least_height) + 12 * len(lines) + 9 * torn, lines, height))
    _, lines, height = min(candidates, key=lambda candidate: candidate[0])
    return lines, max(height, least_height)


def _latin_torn(text: str, lines: Sequence[str]) -> int:
    """How many Latin words of ``text`` its lines tear apart."""
    torn = at = 0
    for line in lines[:-1]:
        at = text.index(line, at) + len(line)
        torn += text[at - 1 : at + 1].isascii() and text[at - 1 : at + 1].isalpha()
    return torn


def rhombus_height(widths: Sequence[float], size: float, width_: float) -> float:
    """Least height of a rhombus ``width_`` wide that holds centred lines of these widths (infinite if none does)."""
    step = size * 1.2
    block = len(widths) * step
    height = 0.0
    for index, line in enumerate(widths):
        reach = max(abs(index * step - block / 2), abs((index + 1) * step - block / 2)) - 1.5
        share = 1 - (line + 4) / width_
        height = max(height, 2 * reach / share if share > 0.02 else float("inf"))
    return height


def _breaks(text: str) -> list[int]:
    """Positions before which a line may begin: after spaces, around wide characters, after a hyphen or slash."""
    return [index for index in range(1, len(text)) if _may_break(text[index - 1], text[index])]


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in _NO_START or before in _NO_END:
        return False
    if before == " " or is_wide(before) or is_wide(after):
        return True
    return before in "-/_" and after.isalpha()


def _fragments(text: str, size: float, max_width: float) -> list[str]:
    """The pieces between breaks; a piece wider than a line is cut into such as fit."""
    ends = [0, *_breaks(text), len(text)]
    fragments: list[str] = []
    for start, end in pairwise(ends):
        piece = text[start:end]
        while width(piece.rstrip(), size) > max_width and len(piece) > 1:
            room = bisect_right(list(accumulate(map(_advance, piece))), max_width / size)
            fragments.append(piece[: max(1, room)])
            piece = piece[max(1, room) :]
        fragments.append(piece)
    return fragments


def _balanced(fragments: list[str], size: float, max_width: float) -> list[str]:
    """The fewest lines; among those the ones with the least square of empty space and the best ends.

    ``best[i]`` is (number of lines, cost, where the last line begins) for the first ``i`` fragments.
    """
    widths = [width(fragment, size) for fragment in fragments]
    trailing = [size * _advance(" ") if fragment.endswith(" ") else 0.0 for fragment in fragments]
    torn = _torn(fragments)
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(fragments) + 1):
        awkward = _awkwardness(fragments, end, torn)
        length = -trailing[end - 1]
        option: tuple[int, float, int] | None = None
        for start in range(end - 1, -1, -1):
            length += widths[start]
            if length > max_width + 1e-6 and start < end - 1:
                break
            empty = max(0.0, 1 - length / max_width)
            next_ = (best[start][0] + 1, best[start][1] + empty * empty + awkward, start)
            option = next_ if option is None else min(option, next_)
        best.append(option or (0, 0.0, 0))
    return _cut(fragments, [option[2] for option in best])


def _cut(fragments: list[str], starts: list[int]) -> list[str]:
    lines: list[str] = []
    end = len(fragments)
    while end > 0:
        lines.append("".join(fragments[starts[end] : end]).strip())
        end = starts[end]
    return lines[::-1] or [""]


def _awkwardness(fragments: list[str], end: int, torn: frozenset[int]) -> float:
    """What it costs to break before fragment ``end``: less than nothing at a phrase, more inside a word or between
    figure and unit."""
    if end == len(fragments) or not fragments[end]:
        return 0.0
    before, after = fragments[end - 1][-1], fragments[end][0]
    if before == " " and fragments[end - 1].rstrip()[-1:] in _CLINGS:
        return 0.12
    if before == " " or before in _ENDS_PHRASE or after in _BEGINS_PHRASE or after in _NO_END:
        return -0.06
    if before.isdigit() and is_wide(after):
        return 0.12
    return 0.16 if end in torn else 0.0


def _torn(fragments: list[str]) -> frozenset[int]:
    """The fragments before which a break would tear a known word apart."""
    inside = _inside_words("".join(fragments))
    starts = accumulate(map(len, fragments), initial=0)
    return frozenset(number for number, start in enumerate(starts) if start in inside)


@lru_cache(4096)
def _inside_words(text: str) -> frozenset[int]:
    """Positions at which a break would tear a known word apart."""
    inside: set[int] = set()
    for word in _WORDS:
        at = text.find(word)
        while at >= 0:
            inside.update(range(at + 1, at + len(word)))
            at = text.find(word, at + 1)
    return frozenset(inside)


def _with_ellipsis(line: str, size: float, max_width: float) -> str:
    while line and width(line + "…", size) > max_width:
        line = line[:-1]
    return line + "…"
