"""What words of names usually mean: abbreviations, and words that tell little or change what others say.

They are words of tables in general (of weather services, clinical studies, timetables, trade and statistics),
and of no element set: a set brings its own names and synonyms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

_ABBREVIATIONS = """
acceleration accel acc; accident acc; account acct; active actv; actual act; address addr;
administrative admin adm; admission adm; affiliation affil; age ag; agency agy; aircraft acft; airline
airl arln; altitude alt; amount amt; annual ann; application appl app; appointment appt; area ar;
arrival arr arrv; authority auth; average avg; balance bal; barometric baro; begin bgng bgn; bilirubin
bili; birth brth; blood bld; body bdy; branch br; brand brnd; budget bdgt; building bldg; business bus
biz; calories cal; capacity cap; capital cap cptl; carrier carr; category cat ctgr; censored cens;
center ctr; centre ctr; certificate cert; channel chan; child chld; children chld; chloride chl;
cholesterol chol; circumference circ; city cty; class cls; client clnt; close cls; cloud cld; code cd;
coefficient coef; color clr col; colour clr col; comment cmnt cmt; company co comp cmpy; concentration
conc; condition cond; consumption cons cnsmp; contact cont; continent cont cntnt; coordinate coord;
corporation corp; count cnt; country ctry cntry; county cnty; course crs; creatinine creat; credit cr;
currency curr ccy cur; current curr; customer cust cstmr; cylinders cyl; daily dly; date dt ymd; day dy;
death dth; debit dr; decision dec; degree deg; delay dly; delivery deliv dlvr; density dens; department
dept; departure dep dept dptr; depth dpth dpt; description desc; destination dest; deviation dev; device
dev; diagnosis diag dx dgn; diameter diam dia; diastolic dia dias diast; difference diff; direction dir
drct; discharge disch; discount disc dscnt; disease dis; displacement displ; distance dist; district
dist; division div; document doc; dollar dol; domestic dom; drive drv; driver drv; duration dur;
economic econ; economy econ; education educ edu ed; efficiency eff; electric elec; electricity elec;
elevation elev el; emission emis; emissions emis ems; employed empl emp; employee emp empl; employment
empl emp; energy enrg ener; engine eng; equipment equip; ethnicity ethn eth ethnic; event evt; exchange
exch xchg; expectancy exp; expenditure expend expd exp expn; experience exper; facility fac; family fam;
federal fed; female fem; fertility fert; finish fin; flight flt; follow fu; forecast fcst; frequency
freq; fuel fl; gender gndr; generation gen; given gvn; glucose glu gluc glc; government gov govt; grade
grd; gross grs; ground gnd; group grp; growth gr; heading hdg hdng; height ht hgt; hemoglobin hgb hb;
highway hwy; history hist; horsepower hp; hospital hosp; hour hr; hours hrs; house hse; household hh
hhld; housing hsg; humidity humid hum hmd rh; identifier id ident idx; income incm inc; increase incr;
index ind; industry ind; infant inf; inflation infl; information info; insurance ins; interest int intr;
international intl; inventory invt inv; invest inv; investment inv invst; invoice inv; island isl; item
itm; job jb; journal jrnl; labor lab; laboratory lab; language lang; last lst; latitude lat; length len;
level lvl lev; license lic; limit lim; line ln; location loc; longitude lon lng long lngt; main mn;
management mgmt; manager mgr; manufacturer mfr mfg mnfc; marital mar mrtl; maritime mar; market mkt;
marriage marr; married marr; material matl mat; maximum max mx; mean mn; medal mdl; median med mdn;
medical med; medicine med; member mem mbr; message msg; military mil; minimum min; minutes mins; mobile
mob; mode md; model mdl; money mny; month mon mth; mortality mort; municipal mun muni; name nm; national
natl nat; nationality natl; neighborhood nbhd nhood; net nt; number num no nbr nr numb; observation obs;
observations obs; occupation occup ocpt; office ofc off; opening opn; operator op oper; order ord;
organization org; origin orig orgn; package pkg; parameter param; party prty pty; passenger pax pass
psgr; passengers pax; patient pat ptnt; payment pmt pymt; percent pct perc; person psn pers; phone ph;
place plc; platelet plt; platform plat; point pt; population pop popl; position pos; postal post; power
pwr pow; precipitation precip prcp; prefecture pref; pressure press pres; previous prev; price prc pric;
primary prim; probability prob; procedure proc; product prod; profession prof; profit prft; project
proj; property prop; province prov; public pub; publication pub; purchase purch; quality qual; quantity
qty; quarter qtr qrtr; race rce; rainfall rain; random rand; rank rnk; rate rt; rating rtng; real rl;
receipt rcpt; record rcrd; reference ref; region rgn; regional reg; registration reg; relative rel;
religion relig; remarks rmk rmrk; request req; reservation resv; residence resid; response resp; result
res; revenue rev rvn; route rte; salary sal; sale sls; sample smpl samp; saving sav svng; savings sav
svng; scheduled sched schd; school schl; score scr; second sec; section sect; segment seg sgmnt;
sequence seq seqn; serial ser; service svc serv srv; session sess; sex sx; shipment shpmt; shipping shp;
size sz; snow snw; social soc; source src; species spp sp spec; specimen spec; speed spd; spending
spend; square sq; stage stg; standard std; start strt st; state st stt; station stn; status stts stat;
stock stk; store str; street str; student stud; subject subj sbj; supply sup supp; surface surf sfc;
survey surv; survival surv srv; symbol sym symb; systolic sys syst; target tgt trgt; technical tech;
telephone tel; temperature temp tmp; ticker tkr tckr; time tm; title ttl titl; tonnage ton; total tot;
trading trd; transaction txn tran trx; transmission trans; transport transp; travel trvl trav; treatment
trt treat tx; trip trp; tumor tum; tumour tum; turnover trnovr; type typ; unemployed unemp; unemployment
unemp unem; unit un; university univ; urban urb; user usr; value val; variety var; vegetation veg;
vehicle veh vhcl; velocity vel; version ver; vessel vsl vssl; violent viol; visibility vis visib; visit
vst vis; vitamin vit; volume vol; vote vt; wage wg; warehouse whse; water wtr; weather wx wthr; week wk;
weeks wks; weight wt wgt; width wid; wind wnd; winter win; woman wom; year yr; yield yld
"""
_PHRASES = """
bmi: body mass index; bp: blood pressure; cid: customer id; cog: course over ground; cpi: consumer price
index; dbp: diastolic blood pressure; dob: date of birth; dod: date of death; dow: day of week; doy: day
of year; fname: first name; futime: follow up time; gdp: gross domestic product; hhsize: household size;
hr: heart rate; imr: infant mortality rate; iq: intelligence quotient; lname: last name; mpg: miles per
gallon; ofst: offset; pc: per capita; pcap: per capita; percap: per capita; pid: patient id; rh:
relative humidity; roi: return on investment; rpm: revolutions per minute; sbp: systolic blood pressure;
sid: subject id; sku: product id; slp: sea level pressure; sog: speed over ground; ssn: social security
number; sst: sea surface temperature; tfr: total fertility rate; tmax: maximum temperature; tmin:
minimum temperature; tmn: minimum temperature; tmx: maximum temperature; tz: time zone; uid: user id;
uom: unit of measure; upc: product id; wd: wind direction; wdir: wind direction; ws: wind speed; wspd:
wind speed; yob: year of birth; ytd: year to date
"""
_OF_MOMENTS = "date time hour day timestamp stamp datetime dt moment utc local"
_OF_GRAMMAR = "of the in per a an and at on by for to"
_OF_SUMMARIES = (
    "actual annual average avg mean monthly nominal overall real reported tot total yearly"
)
_OF_VAGUE = """
amount base case category change class close code condition count cut decision degree density depth
direction duration factor form frequency generation grade group height high index judge kind label
length level link low mark median mode name number open order origin party period place point position
prior quality quantity rank rate rating ratio result sample school score section segment series size
source stage station status step study subject target term title total type unit use value view visit
volume weight width
"""
_OF_CHANGES = """
change changed chg cube cum cumulative d delta dev diff error fitted gr growth index lag lead ln log no
non norm normalised normalized not per pred predicted rank ratio resid residual scaled se sq sqr square
squared std zscore
"""


def _abbreviations() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for entry in _ABBREVIATIONS.split(";"):
        whole, *short = entry.split()
        for word in short:
            found[word].add(whole)
    return MappingProxyType({word: frozenset(wholes) for word, wholes in found.items()})


def _phrases() -> Mapping[str, tuple[str, ...]]:
    parted = (entry.partition(":") for entry in _PHRASES.split(";"))
    return MappingProxyType({short.strip(): tuple(whole.split()) for short, _, whole in parted})


SHORT: Mapping[str, frozenset[str]] = _abbreviations()
"""A usual abbreviation -> the words that it may stand for."""
PHRASES: Mapping[str, tuple[str, ...]] = _phrases()
"""A usual abbreviation of several words -> these."""
LIGHT = frozenset(_OF_GRAMMAR.split())
"""Words that hold others together."""
MOMENTS = frozenset(_OF_MOMENTS.split())
"""Words of which a name is made that means a date with its time of day, when the values are such."""
SUMMARIES = frozenset(_OF_SUMMARIES.split())
"""Words that say how a figure was summed up or counted: it stays what it is."""
VAGUE = frozenset(_OF_VAGUE.split())
"""Words that say what sort of thing a column has, not of what: alone, they mean another in each table."""
CHANGES = frozenset(_OF_CHANGES.split())
"""Words that make another quantity of what the others say: a logarithm, a change, a share."""
