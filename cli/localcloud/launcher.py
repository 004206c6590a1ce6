"""Starts the emulator: on a leash, with the patches that fit its version."""

from cli.localcloud import leash, patches

NOTE = "tocsin: "


def main() -> None:
    """Patch the emulator and run it until it is told to stop."""
    leash.hold()
    for note in patches.apply():
        print(f"{NOTE}the emulator is used as it comes: {note}", flush=True)
    from ministack.app import main as run

    run()


if __name__ == "__main__":
    main()
