# How a layer of packages is built. Its Makefile says where it is (HERE), what it is called (LAYER) and, if anything, more OPTIONS.
# SAM runs that with ARTIFACTS_DIR, in the project root (see WorkingDirectory in template.yaml).
# TOCSIN_LAYER=local leaves the layer empty: the local cloud has the packages in its virtual environment.
TOCSIN_LAYER ?= aws
UV ?= $(firstword $(wildcard .venv/bin/uv) uv)

build-$(LAYER):
	mkdir -p "$(ARTIFACTS_DIR)/python"
	cp "$(HERE)requirements.txt" "$(ARTIFACTS_DIR)/"
ifeq ($(TOCSIN_LAYER),aws)
	$(UV) pip install --quiet --require-hashes $(OPTIONS) --only-binary :all: \
	  --python-platform aarch64-manylinux_2_28 --python-version 3.14 \
	  --target "$(ARTIFACTS_DIR)/python" -r "$(HERE)requirements.txt"
	rm -rf "$(ARTIFACTS_DIR)/python/bin" "$(ARTIFACTS_DIR)/python/.lock"
endif
