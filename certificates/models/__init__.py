from .batches import Batch, BatchMember, Refusal
from .certificates import Certificate, CreditType, Standing

__all__ = ["Batch", "BatchMember", "Certificate", "CreditType", "Refusal", "Standing"]
