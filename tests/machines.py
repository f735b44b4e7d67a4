"""How stories of many steps are told to real services, on real databases."""

from hypothesis import HealthCheck, Phase, settings

# Every step asks a database many times: few but long stories.
FEW = settings(
    max_examples=8,
    phases=[Phase.generate],  # a shorter story of a failure would take minutes to find
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
