"""The scan for Korean personal data: where it stands, of what kind, how sure that is; never what it says.

A report needs three steps, and keeps no value in any of them::

    from dure.datasets.personal.scan import Scanner, unscanned
    from dure.datasets.personal.summary import findings, summarise

    scanner = Scanner(shapes=charter_shapes)      # compiled once, about 0.2 s
    summaries = summarise(scanner.scan(batches))  # by column and kind: hits, rows, bands, example rows
    found = findings(summaries, subject=name)     # core Findings, one for each column and kind
    left_out = unscanned(schema)                  # columns that it can't look into: say so

`scanner.scan` yields every `Hit` (column, row from 0, start and end in characters, kind, confidence) for
whoever masks, previews or leaves rows out of samples. `scanner.text` looks at one text.

How it works: `engines` asks hyperscan which rows of a whole Arrow buffer may hold something (or Python's
``re``, where hyperscan isn't); `search` reads these rows alone, folded to one spelling of digits, dashes
and spaces (`folding`), with the exact looks of `rules`; judges there weigh check digits (`checks`) and
the words around (`context`). `numeric` looks at columns of numbers.

What it doesn't find: names (without a recogniser), addresses without their city, county or district,
accounts and other bare digits that no word or column name explains, numbers broken over two cells, and
anything in pictures, bytes and nested columns.
"""
