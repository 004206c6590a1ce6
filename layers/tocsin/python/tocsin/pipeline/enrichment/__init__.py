"""The runs of enrichment, early and late, and the stages that ask somebody."""
