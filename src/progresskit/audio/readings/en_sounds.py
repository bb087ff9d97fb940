"""English words that sound alike to everyone, and the spellings of one word: each with one that stands for it."""
# ruff: noqa: SIM905 - a table reads best as words

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["american", "sound"]

_ALIKE: Final = """
abridgement abridgment | acknowledgement acknowledgment | acknowledgements acknowledgments | ad add | ade aid |
adviser advisor | aeon eon | aeroplane airplane | aeroplanes airplanes | aesthetic esthetic |
aesthetics esthetics | ageing aging | air heir | aisle isle | allowed aloud | altar alter | aluminium aluminum |
amoeba ameba | amongst among | anaemia anemia | anaemic anemic | anaesthesia anesthesia | anaesthetic anesthetic |
analogue analog | appal appall | arc ark | archaeologist archeologist | archaeology archeology |
artefact artifact | artefacts artifacts | ascent assent | ate eight | ax axe | bail bale | bait bate | ball bawl |
band banned | barbecue barbeque | barbecues barbeques | bare bear | baron barren | base bass | bazaar bizarre |
be bee | beach beech | beat beet | bell belle | benefited benefitted | benefiting benefitting | berry bury |
biased biassed | birth berth | blamable blameable | blue blew | boar bore | board bored | boarder border |
bold bowled | bolder boulder | born borne | bough bow | boy buoy | braid brayed | bread bred | break brake |
brews bruise | bridal bridle | broach brooch | burnt burned | but butt | by buy bye | cache cash |
caesarean cesarean | caesium cesium | cancelation cancellation | capital capitol | carat carrot karat caret |
carburettor carburetor | cast caste | catalogue catalog | catalogued cataloged | catalogues catalogs |
ceiling sealing | cell sell | cellar seller | cells sells | cent scent sent | cents scents | cereal serial |
chance chants | cheap cheep | cheque check | chequered checkered | cheques checks | chews choose | chic sheik |
chimaera chimera | choir quire | chord cord | chute shoot | cites sights sites | clause claws | coarser courser |
colonel kernel | complement compliment | complementary complimentary | connexion connection | coop coupe |
core corps | cosy cozy | council counsel | councilor counselor | course coarse | creak creek | crews cruise |
cue queue | cues queues | curb kerb | curbs kerbs | current currant | cymbal symbol | cypher cipher | czar tsar |
days daze | dear deer | defence defense | defences defenses | dependant dependent | dependants dependents |
despatch dispatch | despatched dispatched | dew due | dialogue dialog | dialogues dialogs | diarrhoea diarrhea |
die dye | died dyed | disc disk | discreet discrete | discs disks | distil distill | distils distills | doe dough |
done dun | donut doughnut | drachm dram | draft draught | draughts drafts | draughty drafty | dreamt dreamed |
dual duel | dwelt dwelled | earn urn | encyclopaedia encyclopedia | enquire inquire | enquired inquired |
enquiries inquiries | enquiry inquiry | enrol enroll | enrolment enrollment | enrols enrolls | ensure insure |
ensured insured | epilogue epilog | ewe yew you | eye aye | eyes ayes | faeces feces | faint feint | fair fare |
fairs fares | faze phase | feet feat | find fined | fir fur | flair flare | flea flee | flours flowers |
flower flour | flu flew flue | focused focussed | focuses focusses | focusing focussing | foetal fetal |
foetus fetus | for four fore | foreword forward | forth fourth | foul fowl | freeze frees frieze | fulfil fulfill |
fulfilment fulfillment | fulfils fulfills | gait gate | gaits gates | gaol jail | gauge gage | gene jean |
genes jeans | gilt guilt | gipsy gypsy | goodbye goodby | gorilla guerrilla guerilla | gramme gram |
grammes grams | grater greater | gray grey | great grate | greyer grayer | greyish grayish | greys grays |
groan grown | guessed guest | gynaecologist gynecologist | gynaecology gynecology | haemoglobin hemoglobin |
haemorrhage hemorrhage | hail hale | hair hare | hall haul | halls hauls | hangar hanger | haulier hauler |
hay hey | heal heel | heals heels | hear here | heard herd | heirs airs | hello hallo hullo | hertz hurts |
high hi | higher hire | him hymn | hoarse horse | holes wholes | holy wholly | homoeopathy homeopathy | hour our |
hours ours | hyaena hyena | idle idol | in inn | inflexion inflection | instal install | instalment installment |
instalments installments | jam jamb | jewellery jewelry | judgement judgment | judgements judgments | key quay |
kidnaped kidnapped | kilogramme kilogram | kilogrammes kilograms | knead need kneed | kneads needs |
knights nights | knit nit | knob nob | knock nock | knots nots | knows nose | lain lane | laps lapse | leak leek |
leant leaned | leapt leaped | learnt learned | lessen lesson | lessens lessons | leukaemia leukemia | levee levy |
liar lyre | licence license | licenced licensed | licences licenses | lichee lychee | lie lye | likeable likable |
links lynx | liquorice licorice | lite light | livable liveable | load lode | loan lone | loot lute |
lovable loveable | made maid | mail male | mails males | main mane | maize maze | mall maul | manner manor |
manoeuvre maneuver | manoeuvred maneuvered | manoeuvres maneuvers | mantel mantle | marshal martial | massed mast |
maths math | meat meet mete | meats meets | medal meddle | mediaeval medieval | mettle metal | might mite |
mind mined | miner minor | minors miners | mist missed | moan mown | mode mowed | mollusc mollusk |
molluscs mollusks | monologue monolog | moose mousse | morning mourning | mould mold | moulded molded |
moulds molds | moult molt | moustache mustache | movable moveable | mum mom | mummy mommy | mums moms |
muscle mussel | muscles mussels | naval navel | nay neigh | new gnu knew | night knight nite | no know | none nun |
not knot | o oh owe | oar ore or | ode owed | oesophagus esophagus | oestrogen estrogen | offence offense |
offences offenses | ok okay okey | omelette omelet | one won | orthopaedic orthopedic | overdue overdo |
overseas oversees | paced paste | packed pact | paediatric pediatric | paediatrician pediatrician |
paedophile pedophile | pail pale | pain pane | pains panes | pair pare pear | pairs pares pears |
palaeontology paleontology | palate palette pallet | past passed | patience patients | pause paws | peace piece |
peak peek pique | peal peel | pearl purl | pedal peddle | peer pier | peers piers | phoney phony | plains planes |
plait plat | plane plain | pleas please | plough plow | ploughed plowed | ploughs plows | plum plumb | pole poll |
poles polls | pore pour | practise practice | practised practiced | practises practices | practising practicing |
pray prey | prays praise preys | premiss premise | presence presents | pretence pretense | pride pried |
prince prints | principal principle | principals principles | profit prophet | profits prophets |
programme program | programmes programs | prologue prolog | pyjamas pajamas | quarts quartz | raccoon racoon |
rack wrack | rain reign rein | rains reigns reins | raised razed | rap wrap | rapped rapt wrapped |
rays raise raze | read red | real reel | reek wreak | rest wrest | retch wretch | right rite wright write |
rights rites writes | ring wring | road rode rowed | roads rhodes | roe row | role roll | roles rolls |
rose roes rows | rote wrote | rough ruff | rung wrung | rye wry | sails sales | sale sail | saleable salable |
scene seen | sceptic skeptic | sceptical skeptical | scepticism skepticism | sceptics skeptics | sea see |
seam seem | seams seems | sear seer | seas sees seize | septicaemia septicemia | serf surf | shear sheer |
shoe shoo | side sighed | sighs size | sign sine | sink sync synch | site cite sight | sizeable sizable |
skilful skillful | skilfully skillfully | slay sleigh | sleight slight | smelt smelled | smoulder smolder |
smouldering smoldering | snowplough snowplow | so sew | soar sore | sole soul | soles souls | some sum |
sons suns | speciality specialty | spelt spelled | spilt spilled | spoilt spoiled | staid stayed | stair stare |
stairs stares | stakes steaks | stationary stationery | steak stake | steel steal | step steppe |
storeys stories storys | story storey | straight strait | suite sweet | suites sweets | sulphate sulfate |
sulphur sulfur | summary summery | sun son | sundae sunday | tacked tact | tail tale | tails tales | taper tapir |
taught taut | tea tee | team teem | teas tease tees | tense tents | theirs theres | there their theyre |
tho though | throne thrown | through threw thru | tic tick | tide tied | til till | time thyme | tire tyre |
tires tyres | to too two | toad toed towed | toe tow | toes tows | told tolled | tons tonnes | towards toward |
toxaemia toxemia | tranquillity tranquility | tun ton tonne | usable useable | vale veil | vein vain vane |
vender vendor | veranda verandah | vial vile | vice vise | wade weighed | wagon waggon | wail whale |
wails whales | waist waste | wait weight | waits weights | waived waved | wares wears | warn worn | wave waive |
way weigh | ways weighs | weakly weekly | weather whether | weave weve | week weak | weeks weaks |
where ware wear | while wile whilst | whine wine | whisky whiskey | whole hole | whos whose | wilful willful |
wilfully willfully | witch which | wood would | woollen woolen | woolly wooly | worshiped worshipped |
worshiping worshipping | wreck reck | yeah yea | yoghurt yogurt | yoghurts yogurts | yoke yolk | yore your youre |
yule youll
"""
"""Groups between bars. The first of each stands for the others, so it is the one that compounds are made of."""

_OUR: Final = (
    "arbour ardour armour behaviour candour clamour colour demeanour endeavour favour fervour flavour harbour "
    "honour humour labour neighbour odour parlour rancour rigour rumour saviour savour splendour succour tumour "
    "valour vapour vigour"
).split()
_RE: Final = (
    "centre theatre metre litre fibre calibre lustre meagre sabre spectre sombre kilometre centimetre millimetre "
    "micrometre nanometre millilitre centilitre decilitre epicentre amphitheatre sceptre ochre goitre mitre saltpetre"
).split()
_DOUBLED: Final = (
    "travel cancel label model signal fuel level counsel marvel quarrel total dial tunnel channel jewel equal initial "
    "pedal rival spiral shovel swivel unravel towel medal libel panel pencil funnel grovel gravel hovel chisel carol "
    "duel drivel enamel flannel kennel parcel ravel revel shrivel snorkel stencil symbol tassel trammel trowel weasel "
    "yodel bevel barrel cudgel dishevel fuel imperil nickel apparel bushel victual sequel disembowel"
).split()

_SUFFIXES: Final = re.compile(
    rf"^(?P<our>(?:un|re|dis|mis)?(?:{'|'.join(word[:-3] for word in _OUR)}))our(?P<our_end>\w*)$"
    rf"|^(?P<re>{'|'.join(word[:-2] for word in _RE)})re(?P<re_end>[sd]?)$"
    rf"|^(?P<l>(?:un|re|mis)?(?:{'|'.join(_DOUBLED)}))l(?P<l_end>ed|ing|er|ers|ings|ist|ists|or|ors|ous|able)$"
    r"|^(?P<ise>\w{3,})is(?P<ise_end>e[drs]?|ers|ing|ings|ation|ations|able|ational)$"
    r"|^(?P<yse>\w+l)ys(?P<yse_end>e[drs]?|ers|ing)$"
)


_STANDS: Final = {word: group[0] for group in map(str.split, _ALIKE.split("|")) for word in group}


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Return the one spelling that stands for all that sound like a folded word: ``their`` for ``there``."""
    if word in _STANDS:
        return _STANDS[word]
    spelled = american(word)
    return _STANDS.get(spelled, spelled)


def american(word: str) -> str:
    """Return a folded word as it is spelled in America, by its ending: ``color`` for ``colour``."""
    match = _SUFFIXES.match(word)
    if match is None:
        return word
    stem = match.lastgroup or ""
    kind = stem.removesuffix("_end")
    joint = {"our": "or", "re": "er", "l": "", "ise": "iz", "yse": "yz"}[kind]
    return f"{match[kind]}{joint}{match[stem]}"
