"""De-identification of DICOM by the table of PS3.15 Annex E; knows nothing of Django.

table           Table E.1-1 as data, with the actions of the profile and of its options
profile         which options are on, and what happens to one attribute
safe            what may stay although the table does not name it
descriptors     words that may stay in a description
values          new UIDs, shifted dates, dummies: keyed and repeatable
engine          one dataset through all of it, with a report that names no value
sop_classes     which objects are taken, held back, refused
screening       which pictures a person has to look at first
pixels          pixel data without stowaways, and masked rectangles
conformance     docs/deidentification.md, written from the above
"""
