"""Latin words whose Hangul spelling is fixed by usage: irregular ones, names, and the most frequent of all.

For these nothing else counts as their spelling. The first one is the usual one.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ACRONYMS", "PARTS", "WORDS"]


def _table(entries: str) -> dict[str, tuple[str, ...]]:
    """Read entries that are parted by commas: a word, then its spellings."""
    return {word: tuple(spellings) for word, *spellings in map(str.split, entries.split(","))}


_PARTS: Final = """
    air back band beat bird board boat body book boot box bridge burn by cast chain check clip coat craft cross date
    deep desk door drop end face fall fast field fire fish flash flow fly food foot fore frame game gate girl ground
    guard hand hard head heat high hill hit key land lane less life light line link list load lock long loop maker map
    mark mate mid mind mint mix multi nail name neck net night non note over pack pad part pass path pay phone pick
    pipe place plan plane play player point pool port post power pre press print proof race rail rain re ride ring road
    rock room run safe sale scale scope screen shell ship shop short side sight sky small smart snow soft space speed
    sport stage stand star state step stick stone storm story street sub sun table tail tape team thumb tone tower town
    track trade train trip try un under up ware watch wave way wear week well wide wild wind wire wood yard zone
"""
PARTS: Final = frozenset(_PARTS.split())
"""Words that make compounds, as those below do: what stands before and after them is spelled as a word of its own."""

ACRONYMS: Final = frozenset({"ai", "id", "io", "iot", "os", "ui", "ux"})
"""Those that a compound may end with though they look like a syllable."""

WORDS: Final = {
    # Software, computers, the web.
    **_table("""
        adobe 어도비, ai 에이아이, airbnb 에어비앤비, airpods 에어팟 에어팟즈 에어팟스, ajax 에이잭스 아약스,
        alexa 알렉사, algorithm 알고리즘 알고리듬, amazon 아마존, android 안드로이드, angular 앵귤러,
        anthropic 앤트로픽 앤스로픽, api 에이피아이, app 앱 어플, apple 애플, application 애플리케이션 어플리케이션,
        architecture 아키텍처, archive 아카이브, ascii 아스키, audio 오디오, bar 바, bit 비트, bixby 빅스비,
        blog 블로그, bluetooth 블루투스, byte 바이트, cache 캐시, caching 캐싱, canon 캐논, celery 셀러리,
        character 캐릭터, chatbot 챗봇, chatgpt 챗지피티, chrome 크롬, claude 클로드, click 클릭, client 클라이언트,
        cloud 클라우드, club 클럽, code 코드, coding 코딩, computer 컴퓨터, cookie 쿠키, cpu 시피유 씨피유,
        ctrl 컨트롤 콘트롤,
        data 데이터 데이타, database 데이터베이스 데이타베이스, debian 데비안, debugging 디버깅, devops 데브옵스,
        discord 디스코드, django 장고, docker 도커, download 다운로드, ebay 이베이, email 이메일, emoji 이모지,
        emoticon 이모티콘, etsy 엣시, facebook 페이스북, fastapi 패스트에이피아이, figma 피그마, file 파일 화일,
        flask 플라스크, folder 폴더, font 폰트, format 포맷 포매트, gemini 제미나이 제미니, git 깃, github 깃허브,
        gitlab 깃랩, gmail 지메일, golang 고랭, google 구글, gpt 지피티, gpu 지피유, hardware 하드웨어,
        homepage 홈페이지, hub 허브, ibm 아이비엠, image 이미지, instagram 인스타그램, intel 인텔, intellij 인텔리제이,
        interface 인터페이스, internet 인터넷, ipad 아이패드, iphone 아이폰, java 자바, javascript 자바스크립트,
        jenkins 젠킨스, json 제이슨, kafka 카프카, kakao 카카오, kakaotalk 카카오톡, keyboard 키보드, kotlin 코틀린,
        kubernetes 쿠버네티스, laas 라스, lab 랩, lan 랜, latex 라텍스 레이텍, linkedin 링크드인, linux 리눅스,
        llama 라마, log 로그, login 로그인, logout 로그아웃, mac 맥, macbook 맥북, ment 먼트 멘트, menu 메뉴,
        message 메시지 메세지, microsoft 마이크로소프트, mobile 모바일, model 모델, module 모듈, monitor 모니터,
        mouse 마우스, mysql 마이에스큐엘 마이시퀄, naver 네이버, netflix 넷플릭스, network 네트워크, nginx 엔진엑스,
        nintendo 닌텐도, node 노드, notion 노션, numpy 넘파이, nvidia 엔비디아, offline 오프라인, online 온라인,
        open 오픈, openai 오픈에이아이, oracle 오라클, outro 아웃트로, package 패키지, page 페이지, pandas 판다스,
        password 패스워드, paypal 페이팔, pixel 픽셀, platform 플랫폼, playstation 플레이스테이션, plugin 플러그인,
        pokemon 포켓몬, postgresql 포스트그레스큐엘 포스트그레에스큐엘, process 프로세스, processor 프로세서,
        program 프로그램, progress 프로그레스, project 프로젝트, python 파이썬 파이선, pytorch 파이토치, queue 큐,
        rabbitmq 래빗엠큐, ram 램, react 리액트, redis 레디스, robot 로봇, rom 롬, router 라우터, ruby 루비,
        rust 러스트, saas 사스, script 스크립트, search 서치, server 서버, service 서비스, session 세션, set 세트 셋,
        setting 세팅 셋팅, siri 시리, site 사이트, skype 스카이프, slack 슬랙, software 소프트웨어, sony 소니,
        source 소스, speaker 스피커, spotify 스포티파이, sql 에스큐엘 시퀄, sqlite 에스큐엘라이트, ssd 에스에스디,
        status 스테이터스, stream 스트림, streaming 스트리밍, swift 스위프트, system 시스템, tab 탭,
        tablet 태블릿 타블렛, task 태스크, telegram 텔레그램, template 템플릿, tensorflow 텐서플로 텐서플로우,
        tesla 테슬라, test 테스트, text 텍스트, tiktok 틱톡, token 토큰, tool 툴, twitter 트위터, type 타입,
        typescript 타입스크립트, uber 우버, ubuntu 우분투, unicode 유니코드, unix 유닉스, update 업데이트,
        upgrade 업그레이드, upload 업로드, url 유알엘 유아르엘, usb 유에스비, user 유저, version 버전, video 비디오,
        view 뷰, virus 바이러스, vlog 브이로그, vue 뷰, web 웹 웨브, webex 웹엑스, website 웹사이트,
        whatsapp 왓츠앱 와츠앱, wifi 와이파이, wikipedia 위키백과 위키피디아, window 윈도우 윈도,
        windows 윈도우 윈도 윈도우즈 윈도즈, xbox 엑스박스, xl 엑스라지 엑스엘, xml 엑스엠엘,
        xxl 투엑스라지 더블엑스라지 엑스엑스라지 엑스엑스엘,
        yahoo 야후, yaml 야믈 야멀, youtube 유튜브, zoom 줌
    """),
    # Words of one sound where the letters leave a choice, and those that the rules don't reach.
    **_table("""
        a 에이 어, above 어보브, advice 어드바이스, album 앨범, alcohol 알코올 알콜, allergy 알레르기 알러지,
        almanac 올머낵, almond 아몬드, alt 알트, alto 알토, aluminum 알루미늄, amateur 아마추어, an 언 앤,
        and 앤드 앤, angel 엔젤 에인절, answer 앤서, apartment 아파트 아파트먼트, aquarium 아쿠아리움, are 아,
        area 에어리어 에리어, asphalt 아스팔트, atelier 아틀리에, author 오서, award 어워드, bag 백, baguette 바게트,
        ball 볼, ballet 발레, banana 바나나, bank 뱅크, bargain 바겐, base 베이스, basket 바스켓, bass 베이스 배스,
        be 비, beach 비치, beer 비어, best 베스트, biscuit 비스킷, black 블랙, blood 블러드, blue 블루, bomb 밤,
        bouquet 부케, bourgeois 부르주아, brassiere 브래지어, break 브레이크, brochure 브로슈어,
        brother 브라더 브러더, budget 버짓, buffet 뷔페 부페, build 빌드, builder 빌더, building 빌딩, bull 불,
        bungalow 방갈로, bus 버스, bush 부시, business 비즈니스, busy 비지, but 벗 버트, butter 버터 빠다, buy 바이,
        by 바이, bye 바이, cabaret 카바레, cabinet 캐비닛, cafe 카페 까페, caffeine 카페인, cake 케이크 케익 케잌,
        calendar 캘린더 카렌다 캘린다, call 콜, calm 캄, camera 카메라, camouflage 카무플라주, campaign 캠페인,
        can 캔, cancel 캔슬, capital 캐피털 캐피탈, cappuccino 카푸치노, captain 캡틴, card 카드, career 커리어,
        carpet 카펫 카페트, carrier 캐리어, case 케이스 케이즈, castle 캐슬, catalog 카탈로그 카달로그, cello 첼로,
        cement 시멘트, cent 센트, center 센터, centre 센터, certain 서튼, champagne 샴페인, champignon 샹피뇽,
        change 체인지, channel 채널, chaos 카오스 케이아스, cheese 치즈, chef 셰프 쉐프, chemical 케미컬,
        chemistry 케미스트리, chicago 시카고, chocolate 초콜릿 초콜렛 초코렛, choose 추즈, chorus 코러스, chose 초즈,
        christmas 크리스마스, circuit 서킷, climb 클라임, close 클로즈 클로스, closed 클로즈드, cocktail 칵테일,
        cocoa 코코아, coffee 커피, cola 콜라, collage 콜라주, collection 컬렉션, college 칼리지, color 컬러 칼라,
        colour 컬러 칼라, comb 콤, come 컴, comedy 코미디, comic 코믹, comment 코멘트, communication 커뮤니케이션,
        community 커뮤니티, company 컴퍼니, compiler 컴파일러, complex 콤플렉스 컴플렉스, component 컴포넌트,
        concept 콘셉트 컨셉 콘셉, concert 콘서트 컨서트, concrete 콘크리트, condition 컨디션, condo 콘도, condom 콘돔,
        conference 콘퍼런스 컨퍼런스, connect 커넥트, connection 커넥션, consulting 컨설팅, container 컨테이너,
        content 콘텐트 컨텐트 콘텐츠 컨텐츠, contents 콘텐츠 컨텐츠, contest 콘테스트, control 컨트롤 콘트롤, cool 쿨,
        cough 코프, country 컨트리, coup 쿠, couple 커플, coupon 쿠폰, course 코스, cousin 커즌, crayon 크레용,
        cream 크림, create 크리에이트, creator 크리에이터, credit 크레디트 크레딧, croissant 크루아상 크로와상,
        cruise 크루즈, curry 카레 커리, curtain 커튼, cushion 쿠션, cut 컷 커트, danger 데인저, day 데이, debit 데빗,
        debt 데트, debut 데뷔, decrease 디크리스, deluxe 디럭스 딜럭스, design 디자인, designer 디자이너,
        dessert 디저트, device 디바이스, dial 다이얼, dialogue 다이얼로그, diamond 다이아몬드, diary 다이어리,
        diet 다이어트, digital 디지털 디지탈, diner 다이너, dinosaur 다이노소어, discipline 디시플린, dissolve 디졸브,
        do 두, dock 독 도크, dollar 달러 달라, done 던, dont 돈트 돈, double 더블, doubt 다우트, dove 더브 도브,
        down 다운, easy 이지, echo 에코, education 에듀케이션, eight 에이트 에잇, elegance 엘레강스 엘레건스,
        elevator 엘리베이터, embed 임베드 엠베드, encore 앙코르 앵콜, energy 에너지, engine 엔진, england 잉글랜드,
        english 잉글리시 잉글리쉬, enough 이너프, ensemble 앙상블, era 에라 이라, error 에러, escalator 에스컬레이터,
        espresso 에스프레소, etiquette 에티켓, euro 유로, event 이벤트, exam 이그잼, example 이그잼플,
        exchange 익스체인지, executive 이그제큐티브, exit 엑시트 엑싯, eye 아이, facility 퍼실리티, famous 페이머스,
        fan 팬, father 파더, fatigue 퍼티그, festival 페스티벌, film 필름, finale 피날레, finger 핑거, first 퍼스트,
        flood 플러드, flower 플라워, for 포, foreign 포린, four 포, free 프리, friday 프라이데이, from 프롬,
        front 프런트 프론트, fruit 프루트, full 풀, furniture 퍼니처, gadget 가젯, garage 거라지 개러지 가라지,
        gas 가스, gasoline 가솔린, gauge 게이지, genre 장르, get 겟, giant 자이언트, giga 기가, gigabyte 기가바이트,
        give 기브, glass 글라스 글래스, global 글로벌, glove 글러브, go 고, god 갓, gold 골드, golf 골프, gone 곤,
        good 굿, gradation 그러데이션 그라데이션, graduate 그래주에이트, gram 그램, great 그레이트, green 그린,
        group 그룹, guide 가이드, guitar 기타, gum 껌 검, guy 가이, half 하프, hall 홀, hamburger 햄버거, hamlet 햄릿,
        handkerchief 행커치프, handsome 핸섬, hanger 행어 행거, has 해즈, have 해브, he 히, heart 하트,
        hello 헬로 헬로우, helmet 헬멧, hero 히어로, hertz 헤르츠, hi 하이, his 히즈, hobby 하비, home 홈,
        honest 어니스트, honor 아너, hormone 호르몬, hospital 호스피털 호스피탈, hot 핫, hotel 호텔, hour 아워,
        house 하우스, humor 유머, hunger 헝거, i 아이, ice 아이스, idea 아이디어 아이디아, ideal 아이디얼,
        idol 아이돌, in 인, increase 인크리스, individual 인디비주얼, insurance 인슈어런스, iron 아이언, is 이즈,
        island 아일랜드, issue 이슈, it 잇 이트, its 잇츠 이츠, jacket 재킷 자켓, journal 저널, juice 주스,
        karaoke 가라오케, karate 가라테, ketchup 케첩 케찹, kilogram 킬로그램, kilometer 킬로미터, korea 코리아,
        label 라벨 레이블, lamb 램, lambda 람다, language 랭귀지, laser 레이저, last 라스트 래스트, latte 라테 라떼,
        laugh 래프, lead 리드 레드, leader 리더, league 리그, left 레프트, lemon 레몬, lets 레츠 렛츠, level 레벨,
        like 라이크, listen 리슨, liter 리터, live 라이브 리브, lobby 로비, local 로컬, loose 루스, lose 루즈,
        love 러브, luxury 럭셔리 럭서리, ma 마, machine 머신, magazine 매거진, magnet 마그넷, make 메이크, man 맨,
        manager 매니저, mango 망고, mannequin 마네킹, marathon 마라톤, market 마켓, marketing 마케팅, massage 마사지,
        mayonnaise 마요네즈, me 미, medal 메달, mega 메가, melody 멜로디, member 멤버, men 멘, metal 메탈, meter 미터,
        mirror 미러, missile 미사일, mocha 모카, monday 먼데이, montage 몽타주, mortgage 모기지, month 먼스, motel 모텔,
        mother 마더 머더, motor 모터, mountain 마운틴, move 무브, museum 뮤지엄, musical 뮤지컬, mustache 머스태시,
        my 마이, new 뉴, next 넥스트, no 노, none 넌, not 낫, notice 노티스, novel 노벨, nuance 뉘앙스, nylon 나일론,
        ocean 오션, of 오브 어브, off 오프, office 오피스, oh 오, ok 오케이, okay 오케이, olympic 올림픽,
        omelet 오믈렛, on 온, once 원스, one 원, opera 오페라, or 오어 오, orange 오렌지, original 오리지널 오리지날,
        other 아더 어더, our 아워, out 아웃, outlet 아웃렛 아울렛, pa 파, palm 팜, pan 팬, paper 페이퍼,
        parachute 패러슈트, parade 퍼레이드, paradigm 패러다임, pasta 파스타, pen 펜, penguin 펭귄, people 피플,
        percent 퍼센트, persona 페르소나, phase 페이즈, piano 피아노, picture 픽처, piece 피스, pierrot 피에로,
        pilates 필라테스, pink 핑크, pizza 피자, planet 플래닛, plastic 플라스틱, pocket 포켓, pod 팟 파드,
        police 폴리스, polyester 폴리에스테르 폴리에스터, portal 포털 포탈, potato 포테이토 포테토, premier 프리미어,
        premiere 프리미어, premium 프리미엄, pro 프로, profile 프로필 프로파일, promise 프라미스 프로미스,
        protein 프로틴, prove 프루브,
        pull 풀, purpose 퍼포스, push 푸시 푸쉬, put 풋, queen 퀸, quiet 콰이어트, quiz 퀴즈, racing 레이싱,
        racket 라켓, radar 레이더 레이다, radio 라디오, random 랜덤, rather 래더, read 리드 레드, real 리얼,
        reality 리얼리티, receipt 리시트, recipe 레시피, red 레드, release 릴리스 릴리즈, remote 리모트 리모컨,
        rendezvous 랑데부, report 리포트 레포트, resort 리조트, restaurant 레스토랑, resume 레주메, rhythm 리듬,
        right 라이트, rinse 린스, rocket 로켓, rose 로즈, rough 러프, route 루트 라우트, routine 루틴,
        royal 로열 로얄, rubber 러버, said 세드, salad 샐러드, salon 살롱, salt 솔트, sandwich 샌드위치, sauce 소스,
        sausage 소시지, says 세즈, scandal 스캔들, schedule 스케줄, science 사이언스, shampoo 샴푸, she 시 쉬,
        shirt 셔츠, shoe 슈, shoes 슈즈, shoulder 숄더, show 쇼, shuttle 셔틀, sign 사인 싸인, silhouette 실루엣,
        silver 실버, singer 싱어, single 싱글, singleton 싱글턴 싱글톤, ski 스키, smooth 스무드 스무스,
        soccer 사커 싸커, society 소사이어티, soda 소다, sofa 소파, some 섬 썸, son 선 썬, sonata 소나타,
        soprano 소프라노, soul 솔 소울, soup 수프 스프, souvenir 수버니어, spaghetti 스파게티, special 스페셜,
        sports 스포츠, stadium 스타디움, standby 스탠바이, start 스타트, steak 스테이크, stereo 스테레오,
        stomach 스토막, stop 스톱 스탑, stranger 스트레인저, studio 스튜디오, style 스타일, sugar 슈거,
        suit 슈트 수트, suite 스위트, sunday 선데이 썬데이, super 슈퍼 수퍼, supermarket 슈퍼마켓 수퍼마켓, sure 슈어,
        sushi 스시, sweat 스웨트, sweater 스웨터, sword 소드, talk 토크, tango 탱고, target 타깃 타겟, taxi 택시,
        tear 티어 테어, television 텔레비전 텔레비젼, tempo 템포, tennis 테니스, tent 텐트, terabyte 테라바이트,
        terminal 터미널, terrace 테라스, thank 생크 땡크, thanks 생스 땡스, that 댓 대트, the 더 디,
        theater 시어터 씨어터, theatre 시어터 씨어터, their 데어, theme 테마 팀, theory 시어리, there 데어, they 데이,
        this 디스, though 도, threshold 스레시홀드 스레숄드, through 스루 쓰루, ticket 티켓, tile 타일, time 타임,
        tissue 티슈, title 타이틀, to 투, tofu 두부, tomato 토마토, tomb 툼, ton 톤, tongue 텅, top 톱 탑,
        total 토털 토탈, touch 터치, tough 터프, tour 투어, tourist 투어리스트, travel 트래블, trouble 트러블,
        truck 트럭, tuesday 튜스데이, tulip 튤립, tunnel 터널, two 투, up 업, us 어스, use 유즈 유스, vacance 바캉스,
        vaccine 백신, vase 베이스 바즈, vaseline 바셀린, veil 베일, veteran 베테랑 베테런, vignette 비네트,
        villain 빌런, vinyl 비닐 바이닐, vitamin 비타민, vodka 보드카, vogue 보그, volt 볼트, wagon 왜건, walk 워크,
        wall 월, want 원트, war 워, ward 워드, was 워즈, water 워터, watt 와트, we 위, wednesday 웬즈데이, were 워,
        whale 웨일, what 왓, wheel 휠, where 웨어, while 와일, whiskey 위스키, whisky 위스키, whistle 휘슬,
        white 화이트, who 후, widget 위젯, will 윌, wine 와인, with 위드 위스, wolf 울프, woman 우먼, women 위민,
        won 원, word 워드, work 워크, world 월드, worry 워리, xerox 제록스, xylophone 실로폰, yacht 요트, year 이어,
        yen 엔, yes 예스, yoga 요가, yogurt 요구르트 요거트, you 유, young 영, your 유어, youth 유스, zero 제로
    """),
    # Names: firms, places, people.
    **_table("""
        adidas 아디다스, africa 아프리카, ahn 안, airbus 에어버스, america 아메리카, american 아메리칸,
        anna 안나 애나, argo 아르고, asia 아시아, audi 아우디, australia 오스트레일리아, austria 오스트리아,
        bach 바흐, bae 배, baek 백, baemin 배민, bangkok 방콕, beethoven 베토벤, beijing 베이징, belgium 벨기에,
        benz 벤츠, berlin 베를린, biden 바이든, boeing 보잉, bosch 보쉬 보슈, boston 보스턴, brazil 브라질,
        broadway 브로드웨이, busan 부산, california 캘리포니아, cambridge 케임브리지 캠브리지, canada 캐나다,
        cartier 카르티에 까르띠에, chanel 샤넬, charles 찰스, china 차이나, cho 조, choi 최 초이, coupang 쿠팡,
        daewoo 대우, david 데이비드 데이빗, denmark 덴마크, disney 디즈니, doosan 두산, egypt 이집트,
        einstein 아인슈타인, elon 일론, emma 에마 엠마, europe 유럽, fifa 피파, finland 핀란드, ford 포드,
        france 프랑스, gates 게이츠, george 조지, germany 저머니, gimbap 김밥, greece 그리스, gucci 구찌,
        hangeul 한글, hangul 한글, hanoi 하노이, hanwha 한화, hawaii 하와이, hermes 에르메스 헤르메스, holland 홀란드,
        hollywood 할리우드 헐리우드, honda 혼다, hong 홍, hwang 황, hyundai 현대, ikea 이케아, india 인디아,
        iran 이란, iraq 이라크, israel 이스라엘, italy 이탈리아 이태리, james 제임스, jang 장, jeong 정,
        jesus 지저스 예수, jobs 잡스, john 존, johnson 존슨, joseph 조지프 조셉, jung 정, kang 강, kia 기아,
        kim 김 킴, kimbap 김밥, kimchi 김치, kong 콩, kookmin 국민, korean 코리안 코리언, kwon 권, kyoto 교토,
        lamborghini 람보르기니, lee 이 리, lego 레고, lim 임 림, london 런던, lotte 롯데, malaysia 말레이시아,
        manhattan 맨해튼 맨하탄, maria 마리아, marvel 마블, mary 메리, mazda 마쓰다, mcdonald 맥도날드 맥도널드,
        mcdonalds 맥도날드 맥도널드 맥도날즈, mexico 멕시코, michael 마이클, moon 문, moscow 모스크바,
        mozart 모차르트, musk 머스크, nasa 나사, nato 나토, nestle 네슬레, netherlands 네덜란드, nike 나이키, noh 노,
        norway 노르웨이, obama 오바마, omega 오메가, opec 오펙, osaka 오사카, panasonic 파나소닉, paris 파리,
        park 박 파크, paul 폴, peter 피터, philippines 필리핀, philips 필립스, pixar 픽사, poland 폴란드,
        porsche 포르쉐 포르셰, posco 포스코, prada 프라다, pusan 부산, pyongyang 평양, reuters 로이터, roh 노,
        rolex 롤렉스, russia 러시아, samsung 삼성, sarah 사라 세라, seo 서, seoul 서울, shanghai 상하이, shin 신,
        shinhan 신한, siemens 지멘스, singapore 싱가포르 싱가폴, song 송, spain 스페인, starbucks 스타벅스,
        stephen 스티븐, steven 스티븐, subway 서브웨이, suzuki 스즈키, sweden 스웨덴, swiss 스위스,
        switzerland 스위스, taekwondo 태권도, taiwan 타이완, texas 텍사스, thailand 타이 태국 타일랜드,
        thomas 토머스 토마스, tokyo 도쿄 동경, toshiba 도시바, toyota 도요타 토요타, trump 트럼프,
        turkey 터키 튀르키예, ukraine 우크라이나, unesco 유네스코, vienna 비엔나 빈, vietnam 베트남,
        volkswagen 폭스바겐 폴크스바겐, washington 워싱턴, woori 우리, yoo 유, yoon 윤, york 욕 요크
    """),
}
