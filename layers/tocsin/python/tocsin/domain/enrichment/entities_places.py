"""Names of places that mean nothing else: regions and zones of clouds, data centres, their cities.

Sources: docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html,
cloud.google.com/compute/docs/regions-zones, learn.microsoft.com/azure/reliability/regions-list.
"""

import re

_AWS = (
    r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-|iso[a-z]?-)?"
    r"(?:northeast|northwest|southeast|southwest|north|south|east|west|central)-\d[a-z]?"
)
_GCP = (
    r"(?:us|europe|asia|australia|northamerica|southamerica|me|africa)-"
    r"(?:northeast|northwest|southeast|southwest|north|south|east|west|central)\d{1,2}(?:-[a-f])?"
)
REGION_OR_ZONE = rf"(?:{_AWS}|{_GCP})"
REGION = re.compile(REGION_OR_ZONE)

_AZURE = """
eastus eastus2 centralus northcentralus southcentralus westus westus2 westus3 westcentralus
canadacentral canadaeast brazilsouth brazilsoutheast mexicocentral northeurope westeurope
francecentral francesouth germanywestcentral germanynorth italynorth norwayeast norwaywest
polandcentral spaincentral swedencentral switzerlandnorth switzerlandwest uksouth ukwest
uaenorth uaecentral qatarcentral israelcentral southafricanorth southafricawest
australiaeast australiasoutheast australiacentral eastasia southeastasia japaneast japanwest
koreacentral koreasouth centralindia southindia westindia newzealandnorth chinaeast chinanorth
"""
# Data centres are called by the airport of their city and a number: FRA3. Without a number such
# a code is a word like any other.
_AIRPORTS = """
AMS ARN ATL BCN BER BOM BOS BRU CDG CPH CPT DEL DEN DFW DUB DUS EWR FRA GRU GVA HAM HEL HKG HND
IAD ICN JFK JNB LAX LHR LIN LIS LON MAA MAD MAN MEL MIA MRS MUC MXP NRT ORD OSL OTP PDX PHX PRG
SEA SFO SIN SJC SOF STO SYD TLV TYO VIE WAW YUL YYZ ZRH
"""
NAMES = frozenset(_AZURE.split()) | frozenset(
    f"{code}{number}" for code in _AIRPORTS.split() for number in range(1, 20)
)

# Cities that have data centres; a place only before one of the words below.
_CITIES = """
Amsterdam Ashburn Athens Atlanta Barcelona Berlin Boston Brussels Chicago Cologne Copenhagen
Dallas Delhi Denver Dublin Frankfurt Geneva Hamburg Helsinki Johannesburg Lisbon London Madrid
Manchester Marseille Melbourne Miami Milan Montreal Mumbai Munich Nuremberg Osaka Oslo Paris
Phoenix Portland Prague Rome Seattle Seoul Singapore Sofia Stockholm Stuttgart Sydney Tokyo
Toronto Vienna Warsaw Zurich Oregon Virginia Ohio Ireland
"""
CITIES = frozenset(_CITIES.split())
PLACES = CITIES | NAMES
SITES = frozenset(("office", "site", "campus", "datacenter", "datacentre", "data", "dc", "pop"))
