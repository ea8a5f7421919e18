"""Prose of the trade, as long as people write it, the same for the same seed.

How often a word stands in a posting falls off as in real prose: a few stand in every third,
most in one of hundreds, and some are put into a known share on purpose (SOWN).
"""

import random

# Word → one posting in so many, for pages that ask for a rare or a frequent word.
SOWN = {"falconry": 20_000, "hyperbaric": 5_000, "theodolite": 1_000, "bilingual": 12}
FREQUENT, RARE = "safety", "hyperbaric"

NOUNS = """
safety customers team equipment tools shift training schedule materials drawings parts crew
supervisor inventory records quality patients orders site machines standards forms reports
measurements samples deliveries instruments panels conduit fixtures valves pumps motors circuits
wiring cables pipes joints welds frames brackets beams concrete lumber drywall insulation roofs
boilers chillers ducts filters compressors refrigerant gauges meters sensors controllers robots
conveyors lathes mills presses molds castings gears bearings shafts seals coatings adhesives
solvents resins wafers reactors chambers vacuum plasma lasers optics microscopes batteries
chargers inverters transformers substations poles lines vehicles brakes tires engines
transmissions trailers forklifts pallets shelves labels barcodes invoices budgets ledgers payroll
spreadsheets databases servers networks routers firewalls backups tickets laptops printers
software scripts tests interfaces prototypes wireframes cameras microphones lights sets costumes
scores audiences venues tickets menus recipes kitchens ovens knives ingredients allergens tables
reservations guests rooms linens gardens seedlings soils irrigation tractors livestock fences
harvests compost seeds vaccines charts bandages syringes linens wheelchairs vitals medications
specimens slides x-rays crowns impressions toddlers lessons playgrounds classrooms portfolios
permits codes blueprints surveys stakes grades trenches culverts asphalt barricades hydrants hoses
ladders ropes harnesses respirators gloves helmets goggles extinguishers alarms cylinders
torches electrodes rods grinders clamps calipers micrometers squares levels jigs templates
""".split()
VERBS = """
check clean install measure repair record assemble prepare inspect load read replace test calibrate
carry explain follow help label learn lift map mix monitor move order pack paint plan pour pull
report sand sharpen sketch solder sort splice stock survey tighten trace trim troubleshoot weigh
weld wire wrap write document observe adjust align bend cut drill fasten grind
""".split()
ENDS = (
    """
with an experienced coworker|at the start of each shift|before the crew goes out|on the shop floor
for the next day|under close supervision at first|and write down what you find|as the code asks
with hand and power tools|in all weather|at our main site|for residential work|on a rotating basis
until you can do it alone|together with the office|while keeping the area clean|for every order
using a tablet|by the second month|when a customer calls|in small groups|with a mentor beside you
""".strip()
    .replace("\n", "|")
    .split("|")
)
FIRST = """
Amber Anchor Barton Bluebonnet Bluff Cedar Capitol Canyon Cypress Dry Eagle Edwards Falcon Flint
Granite Gulf Harbor Heron Hill Juniper Lakeway Lantern Limestone Live Lone Mesa Mission North Oak
Pecan Pedernales Pioneer Prairie Quarry Red River Sabine Salado Sandstone Spring Summit Trinity
""".split()
SECOND = """
Bend Branch Bridge Creek Crossing Cross Field Forge Gate Grove Heights Hollow Junction Lake Ledge
Mill Oaks Pass Peak Point Ridge Rock Run Spur Stone Trail Valley View Wells Works
""".split()
THIRD = """
Electric|Plumbing & Air|Builders|Health|Clinic|Foods|Hotels|Logistics|Freight|Energy|Solar|Water|
Semiconductor|Robotics|Instruments|Software|Networks|Media|Studios|Bank|Credit Union|Schools|
Nursery|Farms|Motors|Aviation|Fabrication|Machine|Roofing|Concrete|Dental|Labs|Biosciences|
Insurance|Staffing|Printing|Furniture|Security|Recycling|Partners
""".replace("\n", "").split("|")

HOW_MANY = 3000


class Prose:
    """Sentences made once, then drawn; `html` and `text` tell the same."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.weights = [1 / (rank + 12) for rank in range(len(NOUNS))]
        self.sentences = [self._sentence() for _ in range(HOW_MANY)]

    def _sentence(self) -> str:
        nouns = self.dice.choices(NOUNS, self.weights, k=3)
        verbs = self.dice.sample(VERBS, 2)
        end = self.dice.choice(ENDS)
        return f"You {verbs[0]} {nouns[0]} and {nouns[1]}, {verbs[1]} the {nouns[2]} {end}."

    def paragraphs(self, shortest: int, longest: int) -> list[str]:
        """One to three, with so many characters in all."""
        wanted, found, length = self.dice.randint(shortest, longest), [], 0
        while length < wanted:
            sentence = self.sentences[int(self.dice.random() * HOW_MANY)]
            found.append(sentence)
            length += len(sentence) + 1
        parts = 1 + (length > 500) + (length > 1000)
        size = -(-len(found) // parts)
        return [" ".join(found[i : i + size]) for i in range(0, len(found), size)]

    def sown(self, number: int) -> str:
        """The sentence that puts the known words into their share of postings."""
        words = [word for word, each in SOWN.items() if number % each == each // 2]
        return f"We look for {' and '.join(words)} skills." if words else ""


def employer_name(number: int) -> str:
    """40,000 different ones."""
    first = FIRST[number % len(FIRST)]
    second = SECOND[number // len(FIRST) % len(SECOND)]
    third = THIRD[(number // (len(FIRST) * len(SECOND)) + number) % len(THIRD)]
    return f"{first} {second} {third}"
