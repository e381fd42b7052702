"""Words of a city hall in other languages and in Japanese: a question in one is also looked for in the Japanese asks.

A line: Japanese | English | Chinese (simplified, traditional) | Korean | Vietnamese without marks. Alternatives of a
language stand between commas; a field may be empty.
"""

# A table: its rows stay whole.
# ruff: noqa: E501

GLOSSARY = """
駐車場 | parking, parking lot, car park, park my car, park the car, can i park, where to park | 停车场, 停车, 停車場, 停車 | 주차장, 주차 | bai do xe, bai dau xe, do xe, dau xe, gui xe
許可証 | permit | 许可证, 許可證 | 허가증 | giay phep
車 | car, drive, vehicle | 开车, 汽车, 車, 开車 | 차로, 자동차, 차를 | xe hoi, o to, lai xe
どこ 場所 | where, location, place, address, find you | 哪里, 哪儿, 在哪, 地址, 地点, 哪裡, 哪裏, 地點 | 어디, 장소, 위치, 주소 | o dau, dia chi, cho nao, noi nao
行き方 | how to get, how do i get to, get to, get there, directions, bus, train, station | 怎么去, 怎么走, 车站, 公交, 怎麼去 | 가는 길, 어떻게 가, 버스, 역에서 | di nhu the nao, duong di, xe buyt, ga tau
市役所 | city hall, city office, town hall, municipal office | 市政府, 市役所, 市政厅, 市政廳 | 시청, 시약소 | toa thi chinh, uy ban thanh pho, thi chinh
窓口 | counter, desk, window | 窗口, 柜台, 櫃檯 | 창구 | quay, cua so, ban tiep
何時 時間 | hours, time, what time, open, close | 几点, 时间, 几时, 幾點, 時間, 营业 | 몇 시, 시간, 몇시 | may gio, gio nao, thoi gian, gio lam viec
開く 開庁 | open, opening | 开门, 开放, 開門, 开吗, 開嗎 | 문을 여, 여나요, 열어, 여는 | mo cua, lam viec
閉まる | close, closing, closed | 关门, 關門, 下班 | 닫, 문 닫 | dong cua
昼 昼休み 正午 | lunch, noon, midday, lunchtime | 午休, 中午, 午间, 午間 | 점심, 정오 | gio trua, nghi trua, buoi trua
夜 夕方 | evening, night, after work, after 5 | 晚上, 傍晚, 下班后 | 저녁, 밤 | buoi toi, toi muon, chieu toi
朝 | morning, early | 早上, 上午, 早晨 | 아침, 오전 | buoi sang
土曜日 日曜日 土日 週末 | weekend, saturday, sunday, saturdays, sundays | 周末, 星期六, 星期天, 星期日, 周六, 周日, 週末, 禮拜六 | 주말, 토요일, 일요일 | cuoi tuan, thu bay, chu nhat
祝日 休み | holiday, holidays, day off, closed | 节假日, 假日, 休息, 放假, 休假 | 공휴일, 휴일, 쉬는, 휴무 | ngay le, ngay nghi
平日 | weekday, weekdays, monday, friday | 平日, 工作日, 星期一 | 평일 | ngay thuong, trong tuan
混雑 待ち時間 | crowded, busy, wait, queue, waiting | 排队, 人多, 等多久, 等待, 排隊 | 붐비, 기다리, 대기, 혼잡 | dong nguoi, cho bao lau, xep hang
どのくらいかかる 所要時間 | how long, take long, minutes | 多久, 多长时间, 多長時間 | 얼마나 걸, 걸리 | mat bao lau, bao lau
予約 | reserve, reservation, appointment, book, booking | 预约, 预定, 預約 | 예약 | dat lich, hen truoc, dat cho, dat truoc
持ち物 必要なもの | bring, take with, carry, need, necessary, required, requirements, prepare, document | 带什么, 需要什么, 准备, 携带, 材料, 帶什麼, 準備, 需要带 | 준비물, 필요한, 가져, 챙겨, 준비 | mang theo, mang gi, can gi, chuan bi, giay to
書類 | paper, form, document | 文件, 资料, 資料, 书面 | 서류 | giay to, ho so
手伝い 支援 サポート 職員 | help, support, assist, assistance, staff, someone help | 帮助, 帮忙, 工作人员, 协助, 幫忙, 協助 | 도움, 도와, 직원, 지원 | giup do, ho tro, nhan vien, giup
予約なし | walk in, without appointment | 不预约, 不用预约 | 예약 없이 | khong can hen
期限 締め切り いつまで | deadline, last day, until when, by when, due, late, expire, close, end | 期限, 截止, 到什么时候, 最后一天, 截止日期, 什么时候为止, 到什麼時候 | 기한, 마감, 언제까지, 까지 | han chot, thoi han, den khi nao, han cuoi, het han
いつから 開始 | start, begin, from when, since when | 什么时候开始, 从什么时候, 开始 | 언제부터, 시작 | tu khi nao, bat dau
いつ | when, what day, date | 什么时候, 何时, 几号, 哪天, 什麼時候 | 언제, 며칠 | khi nao, bao gio, ngay nao
延長 | extend, extension | 延长, 延期, 延長 | 연장 | gia han, keo dai
間に合う | still, in time, too late | 还能, 来得及, 还可以, 還能, 來得及 | 아직, 늦었 | con kip, con duoc, qua han
終了 | over, finished, end, ended | 结束, 結束, 终止 | 끝났, 종료, 끝나 | ket thuc
いくら 金額 | how much, amount, yen, worth, value | 多少钱, 多少日元, 金额, 多少錢, 金額 | 얼마, 금액, 몇 엔 | bao nhieu tien, bao nhieu yen, so tien
何ポイント ポイント 合計 | how many point, point, points, total, maximum, altogether, up to | 多少积分, 积分, 多少分, 一共, 总共, 點數, 积点, 點数, 最多 | 몇 포인트, 포인트, 총, 최대, 모두 | bao nhieu diem, diem, tong cong, toi da
無料 料金 手数料 | free, fee, charge, cost, price, pay, free of charge, money | 免费, 收费, 费用, 要钱, 免費, 費用, 手续费, 要錢 | 무료, 요금, 비용, 수수료, 돈이 | mien phi, phi, ton tien, mat tien, chi phi, le phi
申し込み 申請 | apply, application, sign up, register, request, enrol, enroll | 申请, 报名, 申請, 登记, 办理, 報名 | 신청, 접수 | dang ky, xin, nop don, lam thu tuc
手続き 方法 やり方 | procedure, how to, how do i, steps, process, method, way | 手续, 怎么办, 方法, 流程, 如何, 怎样, 怎么, 手續, 怎麼 | 방법, 절차, 어떻게, 수속 | thu tuc, cach, lam the nao, nhu the nao
マイナポイント | my number point, mynapoint, myna point, my number points | 个人编号积分, 我的号码积分, 点数, 個人編號點數 | 마이나포인트, 마이너포인트, 마이나 포인트 | diem my number, mynapoint, diem mynapoint
マイナンバーカード カード | my number card, card, id card | 个人编号卡, 卡, 我的号码卡, 個人編號卡, 个人号码卡 | 마이넘버카드, 카드, 마이넘버 카드 | the my number, the
マイナンバー 個人番号 | my number, individual number, 12 digit | 个人编号, 个人号码, 個人編號 | 마이넘버, 개인번호 | my number, ma so ca nhan
暗証番号 パスワード | pin, password, passcode, pin code, 4 digit, code number | 密码, 密碼, 暗证号码, 四位 | 비밀번호, 암호, 비번 | mat khau, ma pin, ma so bi mat
忘れた | forgot, forget, forgotten, remember, don't know, lost pin | 忘了, 忘记, 忘記, 不记得 | 잊어, 까먹, 모르겠, 잊었 | quen, khong nho
ロック 間違えた | locked, blocked, lock, wrong | 锁, 锁定, 错误, 输错, 鎖, 鎖住 | 잠겼, 잠김, 틀렸 | bi khoa, nhap sai
なくした 紛失 | lost, lose, missing, stolen, misplace | 丢了, 丢失, 遗失, 不见了, 掉了, 弄丢, 遺失, 丟 | 잃어버, 분실, 잃었 | bi mat, lam mat, danh mat, mat the
再発行 | reissue, replacement, replace, new card | 补办, 重新办理, 補辦, 换卡 | 재발급 | cap lai
届かない まだ来ない | arrive, not arrived, yet to receive, delivery, mail | 没收到, 还没到, 没到, 沒收到 | 안 왔, 도착하지, 아직 안, 못 받 | chua nhan, chua den
受け取り 交付 | pick up, collect, pickup | 领取, 取卡, 領取 | 수령, 찾으러 | nhan the
もらう 付与 | receive, get, obtain, earn, awarded, granted | 得到, 获得, 领, 收到, 拿到, 得到 | 받을, 받나요, 받는, 받으 | nhan duoc, duoc nhan, nhan diem
対象 条件 資格 | eligible, qualify, who can, entitled, target, requirement, condition | 对象, 资格, 条件, 谁可以, 能不能, 對象, 資格 | 대상, 자격, 조건, 누가 | doi tuong, dieu kien, ai duoc, ai co the
子ども 子供 | child, children, kid, son, daughter, baby, minor, toddler | 孩子, 小孩, 儿子, 女儿, 婴儿, 小孩子, 兒童, 儿童 | 아이, 자녀, 아기, 아들, 딸, 어린이 | con, con toi, tre em, con nho, em be
親 父 母 家族 | parent, mother, father, family, wife, husband, elderly, grandmother, grandfather | 父母, 妈妈, 爸爸, 家人, 妻子, 丈夫, 母亲, 父亲, 媽媽, 老人 | 부모, 엄마, 아버지, 가족, 어머니, 아내, 남편 | bo me, me toi, gia dinh, vo, chong, nguoi gia, bo
代理 代わり | behalf, proxy, represent, instead of, for my, someone else | 代理, 代办, 代替, 替我, 帮家人, 代辦 | 대신, 대리 | thay, uy quyen, dai dien, lam thay
外国人 | foreigner, foreign, non-japanese, foreign resident, visa, student | 外国人, 留学生, 外國人 | 외국인, 유학생 | nguoi nuoc ngoai, du hoc sinh
英語 外国語 通訳 | english, language, interpreter, translate, foreign language, chinese, korean, vietnamese | 中文, 英语, 翻译, 语言, 英文, 翻譯 | 한국어, 영어, 통역, 언어 | tieng viet, tieng anh, phien dich, ngon ngu
引っ越し 住所 | move, moving, moved, address change | 搬家, 地址变更, 住址 | 이사, 주소 변경 | chuyen nha, doi dia chi
健康保険証 保険証 | health insurance, insurance card, insurance, health insurance card | 健康保险, 保险证, 医保, 健保卡, 健康保險, 保險證 | 건강보험증, 보험증, 건강보험 | the bao hiem, bao hiem y te, bao hiem
公金受取口座 口座 | bank account, account, bank, public money account | 银行账户, 账户, 公款领取账户, 銀行帳戶, 银行, 户头, 账号, 公金 | 계좌, 은행, 공금 | tai khoan ngan hang, tai khoan, ngan hang
登録 | register, registration, link, linked | 登记, 注册, 登录, 绑定, 登記, 註冊 | 등록, 연동 | dang ky, lien ket
第1弾 | first round, round 1, first campaign, previous | 第一弹, 第1弹, 第一次, 第一輪, 第一期, 第一轮 | 1탄, 제1탄, 1차, 첫 번째 | dot 1, lan 1, dot mot
第2弾 | second round, round 2, this time | 第二弹, 第2弹, 第二次, 第二轮 | 2탄, 제2탄, 2차 | dot 2, lan 2, dot hai
残り 使い切っていない | remaining, rest, left over, carry over, unused | 剩下, 剩余, 没用完, 剩餘 | 남은, 못 썼, 다 못 | con lai, chua dung het
決済サービス キャッシュレス | payment service, cashless, payment, credit card, e-money, prepaid | 支付服务, 支付, 电子支付, 无现金, 信用卡, 电子货币, 电子钱包, 付款, 支付方式 | 결제 서비스, 결제, 캐시리스, 신용카드, 전자화폐 | dich vu thanh toan, thanh toan, khong dung tien mat, the tin dung, vi dien tu
変更 | change, switch, different service | 变更, 更改, 换, 改, 變更 | 변경, 바꾸, 바꿀 | thay doi, doi, doi sang
取り消し | cancel, withdraw, undo | 取消, 撤销 | 취소 | huy
決済サービスID | payment service id, service id | 支付服务ID, 服务id | 결제 서비스 id, 서비스 id | id dich vu, ma dich vu
セキュリティコード | security code | 安全码, 安全碼, 验证码 | 보안 코드, 보안코드 | ma bao mat
チャージ 買い物 | charge, top up, shopping, purchase, spend, buy, recharge | 充值, 购物, 消费, 购买, 儲值, 購物 | 충전, 쇼핑, 구매, 사용 | nap tien, mua sam, mua hang, chi tieu
スマホ スマートフォン アプリ | smartphone, phone, app, mobile, iphone, android, application | 手机, 智能手机, 应用, 手機, app | 스마트폰, 휴대폰, 핸드폰, 앱 | dien thoai thong minh, dien thoai, ung dung, app
スマホがない | no smartphone, without smartphone, don't have a smartphone | 没有手机, 没有智能手机, 沒有手機 | 스마트폰이 없, 휴대폰이 없 | khong co dien thoai
パソコン カードリーダー | pc, computer, card reader, laptop | 电脑, 读卡器, 電腦 | 컴퓨터, 카드 리더, 피시 | may tinh, dau doc the
自分で 端末 | self service, kiosk, terminal, by myself, myself | 自助, 自己, 终端机 | 셀프, 직접, 단말기, 스스로 | tu lam, may tu phuc vu, tu minh
手続スポット コンビニ 郵便局 | spot, convenience store, post office, nearby, other place, seven-eleven, atm | 便利店, 邮局, 附近, 其他地方, 郵局 | 편의점, 우체국, 근처, 다른 곳 | cua hang tien loi, buu dien, gan day, noi khac
電話番号 問い合わせ 連絡先 | phone number, call, telephone, contact, ask, inquiry, reach | 电话, 电话号码, 联系, 咨询, 打电话, 電話, 聯絡, 询问, 热线 | 전화번호, 전화, 연락처, 문의 | so dien thoai, lien he, goi dien, hoi
フリーダイヤル コールセンター | hotline, toll free, call center, toll-free, free dial | 免费电话, 热线, 客服, 热线电话, 熱線 | 콜센터, 무료 전화, 핫라인, 프리다이얼 | duong day nong, tong dai
マイナポータル | mynaportal, myna portal, mynportal | 个人编号门户, mynaportal | 마이나포털, 마이나 포털 | mynaportal, cong thong tin
いつもらえる いつ付与 | when will, when do i get, points arrive, credited | 什么时候到账, 到账, 何时能领, 什么时候能收到 | 언제 받, 언제 들어, 지급 | khi nao nhan duoc, bao gio nhan
有効期限 | expiry, valid, expire, expiration, validity | 有效期, 过期, 有效 | 유효기간, 만료, 유효 | thoi han su dung, hieu luc, het han
詐欺 不審 | scam, fraud, suspicious, phishing, fake, spam | 诈骗, 骗子, 可疑, 詐騙, 假的 | 사기, 수상, 의심, 피싱 | lua dao, dang ngo, gia mao
個人情報 安全 | privacy, personal information, safe, data, secure | 个人信息, 隐私, 安全吗, 個人資料, 安全 | 개인정보, 안전 | thong tin ca nhan, an toan
税金 | tax, taxes, taxable, tax office | 税, 税金, 缴税, 稅 | 세금 | thue
ごみ | garbage, trash, rubbish, waste, bottle, recycling, burnable | 垃圾, 回收 | 쓰레기, 분리수거 | rac
住民票 証明書 | residence certificate, certificate of residence, certificate, family register, resident record, juminhyo, koseki, seal | 住民票, 户籍, 证明, 印章, 居住证明, 戶籍 | 주민표, 증명서, 호적, 인감 | giay chung nhan, ho khau, phieu cu tru, chung nhan
保育園 | nursery, daycare, kindergarten, childcare | 保育园, 托儿所, 幼儿园 | 어린이집, 보육원, 유치원 | nha tre, mau giao
学校 | school, education | 学校, 上学 | 학교 | truong hoc
年金 | pension | 养老金, 年金 | 연금 | luong huu, nenkin
国民健康保険 | national health insurance | 国民健康保险, 国保 | 국민건강보험 | bao hiem quoc dan
図書館 | library, book | 图书馆, 圖書館 | 도서관 | thu vien
病院 医者 | hospital, doctor, clinic, sick, medical | 医院, 医生, 看病, 醫院 | 병원, 의사 | benh vien, bac si
ワクチン | vaccine, vaccination, covid, corona | 疫苗, 新冠 | 백신, 코로나 | vac xin, tiem chung, covid
水道 | water bill, water supply, sewage, tap water | 自来水, 水费 | 수도 | tien nuoc, nuoc may
結婚 出生 | marriage, marry, birth, wedding, born, divorce | 结婚, 出生, 离婚 | 결혼, 출생, 이혼 | ket hon, khai sinh, ly hon
選挙 | election, vote, voting | 选举, 投票 | 선거, 투표 | bau cu
パスポート | passport | 护照, 護照 | 여권 | ho chieu
災害 避難 | disaster, earthquake, evacuation, typhoon, shelter | 地震, 避难, 灾害, 台风 | 지진, 재해, 대피 | dong dat, thien tai, so tan
犬 | dog, cat, pet | 狗, 宠物, 猫 | 강아지, 반려동물 | cho, meo, thu cung
天気 | weather | 天气, 天氣 | 날씨 | thoi tiet
ありがとう | thank, thanks, thank you | 谢谢, 謝謝, 感谢 | 감사, 고마 | cam on
こんにちは | hello, hi, good morning, good afternoon, hey | 你好, 您好, 早上好 | 안녕 | xin chao, chao
さようなら | bye, goodbye, see you, good night | 再见, 再見 | 잘 가, 안녕히 | tam biet
あなたは誰 ロボット | robot, who are you, chatbot, human, are you a bot, ai | 你是谁, 机器人, 人工 | 누구, 로봇, 사람 | ban la ai, robot
車いす バリアフリー | wheelchair, barrier free, accessible, disabled, disability | 轮椅, 残疾人, 无障碍 | 휠체어, 장애 | xe lan, khuyet tat
確認 状況 | check, confirm, status, verify, whether | 确认, 查询, 查看, 確認 | 확인, 조회 | kiem tra, xac nhan, tra cuu
失敗 できない | fail, error, cannot, can't, unable, problem, not work | 失败, 不能, 错误, 出错, 失敗 | 실패, 오류, 안 되, 안 돼, 안돼 | khong duoc, loi, that bai
二重 両方 一緒 | both, together, combine, twice, at once | 一起, 两个都, 同时, 同時 | 둘 다, 같이, 동시에, 함께 | ca hai, cung luc, cung nhau
新規 作る 取得 | new card, make, create, obtain card, get card | 办卡, 制作, 新办, 辦卡, 办理卡 | 만들, 새로, 발급 | lam the, tao the, lam moi
更新 | renew, renewal, update | 更新, 续期 | 갱신 | gia han the, cap nhat
おすすめ | recommend, best, which service | 推荐, 哪个好, 推薦 | 추천 | goi y, nen chon
何 とは | what is, what's, explain, meaning, about | 是什么, 什么是, 是什麼 | 무엇, 뭐예요, 뭔가요, 란 | la gi
先着 | first come, run out, limited, first-come | 先到先得, 名额 | 선착순 | ai den truoc
"""
