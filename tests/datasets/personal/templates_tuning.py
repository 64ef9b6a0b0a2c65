"""Templates that the patterns were tuned on."""

TEMPLATES = """\
담당 {mobile}
담당자 김가나 {mobile:mixed}로 연락 바람
{mobile:plain}
연락처{mobile:plain}입니다
연락처:{mobile:spaced}
유압 펌프 교체 완료({mobile:mixed})
tel{mobile} 야간 당직
HP {mobile:wide}번으로 문자
사무실 {landline:mixed} 내선 12
팩스는{landline}이고 전화는{landline:dotted}입니다
전화 {landline:plain}
국외에서는 {abroad} 사용
주민번호 {resident}
주민등록번호{resident:mixed}임
생년월일 확인 {resident:plain} 완료
{resident}
신원 확인 {resident:dashed}에게 지급
외국인등록번호 {foreigner:mixed}
체류자 {foreigner} 출입 승인
여권 {passport}
여권번호{oldpassport}로 확인
여권번호는 {oldpassport:wide}
출국자 {passport}가 탑승
면허번호 {licence:mixed}
운전병 {licence} 확인
면허 {licence:plain} 갱신
사업자등록번호 {business:mixed}
거래처({business}) 정산
사업자 {business:plain} 확인
국민은행 {account}
계좌번호 {account:mixed}로 입금
농협{account:plain} 송금 완료
카드 {card:mixed} 결제
{card}로 승인
법인카드{card:plain}
메일 {email}
{email}으로 회신 바랍니다
메일은{email}입니다
군번 {service:mixed}
상병 {service} 전입
{plate} 차량 출입
차량번호 {plate}가 정문 통과
주소 {road}
{road}에 거주
{road:closed}
{lot}
자택은 {lot:closed} 근처
{near}에서 수령
계약자 {business} 계좌 {account} 전화 {landline}
품번 {nsn} 교체
{fullnsn} 재고 부족
부품 {part} 요청
{partphone} 재고 3개
도면 {longpart} 개정
장비 {serial} 점검
일련번호 {serialrrn}
{date} {time} 점검 완료
기록 {stamp} 저장
예산 {amount}원 집행
금액 {bigamount}원
수신 시각 {epoch}
{epoch}
바코드 {barcode}
{barcode} 입고
거래 {badcard} 오류
문서 {badbusiness} 참조
코드 {noday} 등록
문서번호 {doc} 시행
서버 {ip} 접속
위치 {coordinates} 보고
비율 {decimal}
요청 {uuid} 처리
해시 {digest}
{version} 배포
운송장 {track} 조회
강남구 역삼동 {count}명 파견
서울 종로구로 {count}대 이동
{mention} 확인 요청
{picture} 교체
엔진 {rate} 유지
정비 {weeks} 계획
부품 {count}개 교체, 전압 저하 {count}회
기존으로 {count} 교체, 대대로 {count}건
""".splitlines()
