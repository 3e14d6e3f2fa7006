# SPDX-License-Identifier: Apache-2.0
"""Finds size casts that are operands of an operator inside a concatenation, as in
{a, c ? W'(x) : W'(0)} or {a, 3'(x) & b}. Yosys (0.23 to 0.70, read_verilog) takes them with the width
before the cast and loses as many bits at the left end of the concatenation, without a message.
Widening casts came out right, but whether a cast widens may depend on parameters: all are refused.

cast_operands.py FILE...    prints what it finds
cast_operands.py --self-test DIR    every *_bad.sv there has findings in each marked line and in no
other, every *_good.sv has none"""
import glob
import re
import sys

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"|[A-Za-z_$`][\w$]*|\d*'[sS]?[bBoOdDhH][0-9a-fA-F_xXzZ?]+"
                   r"|\d+|'[01xzXZ]|&&&|<<<|>>>|[=!]==|[=!<>]=|&&|\|\||<<|>>|\*\*|[+-]:|\S", re.S)
OPERATORS = set("? & | ^ ~ + - * / % < > ! && || == != === !== <= >= << >> <<< >>> **".split())
OPEN, CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}


def tokens(text):
    found, line, at = [], 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if not match[0].startswith(("//", "/*", '"')):
            found.append((match[0], line))
    return found


def matching(words):
    """For each bracket the index of its partner, and for each word that of the bracket around it."""
    partner, around, stack = {}, [], []
    for i, word in enumerate(words):
        if word in CLOSE and stack:
            partner[i] = stack[-1]
            partner[stack.pop()] = i
        around.append(stack[-1] if stack else None)
        if word in OPEN:
            stack.append(i)
    return partner, around


def has_operator(words, partner, first, last):
    """An operator between two indices, at their own depth."""
    i = first
    while i < last:
        if words[i] in OPEN and i in partner:
            i = partner[i]
        elif words[i] in OPERATORS:
            return True
        i += 1
    return False


def findings(text):
    """Line numbers."""
    pairs = tokens(text)
    words = [word for word, _ in pairs]
    partner, around = matching(words)
    found = []
    for i, word in enumerate(words[:-1]):
        is_cast = word == "'" and words[i + 1] == "(" and i > 0 and (
            re.match(r"[\w$]+$", words[i - 1]) or words[i - 1] == ")")
        if not is_cast:
            continue
        inner, operand = around[i], False
        # Out of plain parentheses, up to the element of a concatenation that holds the cast.
        place = i
        while inner is not None:
            first, last = inner + 1, partner.get(inner, len(words))
            if words[inner] == "{":
                first = max([first] + [k + 1 for k in range(first, place)
                                       if words[k] == "," and around[k] == inner])
                last = min([last] + [k for k in range(place, last)
                                     if words[k] == "," and around[k] == inner])
                operand = operand or has_operator(words, partner, first, last)
                if operand:
                    found.append(pairs[i][1])
                break
            before = words[inner - 1] if inner else ""
            if words[inner] == "[" or re.match(r"[\w$'`)]", before):
                break  # an index, an argument, the operand of another cast: of a width of its own
            operand = operand or has_operator(words, partner, first, last)
            place, inner = inner, around[inner]
    return sorted(set(found))


def self_test(folder):
    problems = []
    for path in sorted(glob.glob(folder + "/*.sv")):
        with open(path, encoding="ascii") as file:
            text = file.read()
        marked = [n for n, line in enumerate(text.split("\n"), 1) if "// refused" in line]
        if path.endswith("_bad.sv") and not marked:
            problems.append(f"{path}: no line is marked")
        if findings(text) != marked:
            problems.append(f"{path}: found in lines {findings(text)}, marked are {marked}")
    return problems


def main():
    if sys.argv[1:2] == ["--self-test"]:
        problems = self_test(sys.argv[2])
    else:
        problems = []
        for path in sys.argv[1:]:
            with open(path, encoding="ascii") as file:
                problems += [f"{path}:{line}: a size cast is an operand inside a concatenation"
                             for line in findings(file.read())]
    if problems:
        print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
