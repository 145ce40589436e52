"""Taking in DICOM uploads: walk archives safely, parse within bounds, group, sort, store, show.

archives    what is in a file, folder or zip, one file at a time, within limits
parsing     one file's dataset, after its structure was counted
geometry    where slices lie, how series split, what is missing or double
staging     an upload through de-identification into clean files; knows nothing of Django
pictures    frames as small pictures, windowed
"""
