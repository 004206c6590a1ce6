"""Templates of a tenant's own: the language of Jinja, and only a small, harmless part of it.

Jinja's parser reads them; nothing of them is compiled or run by Python. `evaluation` walks the
tree itself, counting each step, so that every template ends, and after equally many steps each
time. It knows dictionaries, lists, texts and numbers, and never touches an attribute of a Python
object. Jinja's own sandbox guards names but neither time nor memory, and its maintainers want that
done outside of it (github.com/pallets/jinja/issues/1691, .../pull/2149).
"""
