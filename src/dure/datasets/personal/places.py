"""Cities, counties and districts of Korea (시도, 시군구), and the pattern of an address in them.

Source: administrative districts of the Republic of Korea; Road Name Address Act, article 2. An
address is found by its city, county or district: a road's name alone is not told from other words
that end in 로 or 길.
"""

from __future__ import annotations

from dure.datasets.personal.folding import Part, either, literal, maybe


def _names(spaced: str) -> tuple[str, ...]:
    return tuple(spaced.split())


_PROVINCES_LONG = _names(
    "서울특별시 부산광역시 대구광역시 인천광역시 광주광역시 대전광역시 울산광역시 세종특별자치시 경기도 "
    "강원특별자치도 강원도 충청북도 충청남도 전북특별자치도 전라북도 전라남도 경상북도 경상남도 "
    "제주특별자치도 제주도 서울시 부산시 대구시 인천시 대전시 울산시 세종시"
)
_PROVINCES_SHORT = _names(
    "서울 부산 대구 인천 광주 대전 울산 세종 경기 강원 충북 충남 전북 전남 경북 경남 제주"
)
_DISTRICTS = _names(
    "종로구 용산구 성동구 광진구 동대문구 중랑구 성북구 강북구 도봉구 노원구 은평구 서대문구 마포구 양천구 "
    "강서구 구로구 금천구 영등포구 동작구 관악구 서초구 강남구 송파구 강동구 영도구 부산진구 동래구 해운대구 "
    "사하구 금정구 연제구 수영구 사상구 기장군 수성구 달서구 달성군 군위군 미추홀구 연수구 남동구 부평구 "
    "제물포구 영종구 검단구 계양구 강화군 옹진군 광산구 유성구 대덕구 울주군 수원시 성남시 의정부시 안양시 부천시 광명시 평택시 "
    "동두천시 안산시 고양시 과천시 구리시 남양주시 오산시 시흥시 군포시 의왕시 하남시 용인시 파주시 이천시 "
    "안성시 김포시 화성시 양주시 포천시 여주시 연천군 가평군 양평군 춘천시 원주시 강릉시 동해시 태백시 "
    "속초시 삼척시 홍천군 횡성군 영월군 평창군 정선군 철원군 화천군 양구군 인제군 양양군 청주시 충주시 "
    "제천시 보은군 옥천군 영동군 증평군 진천군 괴산군 음성군 단양군 천안시 공주시 보령시 아산시 서산시 "
    "논산시 계룡시 당진시 금산군 부여군 서천군 청양군 홍성군 예산군 태안군 전주시 군산시 익산시 정읍시 "
    "남원시 김제시 완주군 진안군 무주군 장수군 임실군 순창군 고창군 부안군 목포시 여수시 순천시 나주시 "
    "광양시 담양군 곡성군 구례군 고흥군 보성군 화순군 장흥군 강진군 해남군 영암군 무안군 함평군 영광군 "
    "장성군 완도군 진도군 신안군 포항시 경주시 김천시 안동시 구미시 영주시 영천시 상주시 문경시 경산시 "
    "의성군 청송군 영양군 영덕군 청도군 고령군 성주군 칠곡군 예천군 봉화군 울진군 울릉군 창원시 진주시 "
    "통영시 사천시 김해시 밀양시 거제시 양산시 의령군 함안군 창녕군 고성군 남해군 하동군 산청군 함양군 "
    "거창군 합천군 제주시 서귀포시"
)
_AMBIGUOUS = _names("중구 동구 서구 남구 북구 광주시 세종시")
"""Names that other words end in; they count behind their province only (세종 has no district)."""
_COUNTED = (
    "명|개|대(?![가-힣])|대[의가를는]|건(?!물)|회|차|월|일|년|시|분|층|세|주(?!공)|위|인(?![가-힣])|단계"
    "|번(?![지길])|호[기선차포]|-[0-9]|[.,]?[0-9]|[A-Za-z%℃]"
)
"""What stands behind a number that counts or measures something."""

_GAP = " ?"
_PROVINCE = f"(?:(?:{'|'.join(_PROVINCES_LONG)})|(?<![가-힣])(?:{'|'.join(_PROVINCES_SHORT)}))"
_DISTRICT = f"(?:{'|'.join(_DISTRICTS)})"
_REGION = (
    f"(?:{_PROVINCE}{_GAP}(?:{_DISTRICT}|{'|'.join(_AMBIGUOUS)})"
    f"|(?:(?<![가-힣])|(?<=주소)|(?<=주소[는가])){_DISTRICT}|세종특별자치시|세종시)"
)
_TOWN = f"(?:{_GAP}[가-힣]{{1,4}}구)?(?:{_GAP}[가-힣]{{1,5}}[0-9]?[읍면])?"
_ROAD = (
    rf"[가-힣](?:[가-힣0-9]{{0,12}}[가-힣0-9])?(?:대로|로|길)"
    rf"(?:{_GAP}[0-9]{{1,4}}(?:번|[가-힣])?길)?{_GAP}(?:지하{_GAP})?"
)
_LOT = rf"[가-힣][가-힣0-9]{{0,6}}(?:동|리|가){_GAP}(?:산{_GAP})?"
_NUMBER = rf"[0-9]{{1,4}}(?:-[0-9]{{1,4}})?(?:{_GAP}번지)?"
_FLAT = r"(?:,? ?(?:[0-9]{1,4}동 ?)?[0-9]{1,4}호)?"

_TEXT = f"{_REGION}{_TOWN}{_GAP}(?:{_ROAD}|{_LOT}){_NUMBER}(?!{_COUNTED}){_FLAT}"


def _first_words() -> Part:
    """Return what every address has: a district's name, or the province of one that is ambiguous."""
    provinces = either(map(literal, [*_PROVINCES_LONG, *_PROVINCES_SHORT]))
    ambiguous = provinces + maybe(literal(" ")) + either(map(literal, _AMBIGUOUS))
    named = either(map(literal, [*_DISTRICTS, "세종시", "세종특별자치시"]))
    return either([named, ambiguous])


ADDRESS = Part(_TEXT, _first_words().raw)
"""An address by road name or by lot, from its province or district to its number or flat.

The candidates are found by the region alone: what follows it is left to the exact search.
"""
