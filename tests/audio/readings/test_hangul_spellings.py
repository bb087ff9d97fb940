"""Loanwords as Koreans spell them: each is taken for its own word, and never for another that is like it."""

from __future__ import annotations

from itertools import combinations

import pytest

from progresskit.audio.readings.hangul import matches, sounds_like
from progresskit.audio.readings.hangul_sounds import sounds

# A word, then its spellings.
SPELLINGS = """
    24K 이십사케이, 2D 투디, 3D 쓰리디 삼디, 3M 쓰리엠, 4K 포케이 사케이, 5G 오지 파이브지, 7-Eleven 세븐일레븐,
    A4 에이포 에이사, abstract 앱스트랙트, academy 아카데미, accent 악센트, access 액세스, accessory 액세서리,
    account 어카운트, acoustic 어쿠스틱, action 액션, activate 액티베이트, active 액티브, actor 액터, adapter 어댑터,
    address 어드레스, admin 어드민, advance 어드밴스, adventure 어드벤처, advertise 애드버타이즈, aerobic 에어로빅,
    agency 에이전시, agenda 어젠다, agent 에이전트, aggregate 애그리게이트, ai 에이아이, Ai 에이아이, AI 에이아이,
    air 에어, Airflow 에어플로 에어플로우, airline 에어라인, airport 에어포트, alarm 알람, album 앨범, alert 얼럿,
    alias 앨리어스, allocation 앨러케이션, almanac 올머낵, alpha 알파, AlphaGo 알파고, amateur 아마추어,
    ambulance 앰뷸런스, amp 앰프, analog 아날로그, analyst 애널리스트, anchor 앵커, animation 애니메이션,
    annotation 애너테이션, Ansible 앤서블, antenna 안테나, Apache 아파치, API 에이피아이, approach 어프로치,
    apron 에이프런, AR 에이알, arbitrage 아비트리지, arcade 아케이드, arch 아치, arena 아레나, ArgoCD 아르고시디,
    armor 아머, array 어레이, art 아트, article 아티클, artist 아티스트, Asana 아사나, aspect 애스펙트, asset 애셋,
    assistant 어시스턴트, asteroid 애스터로이드, async 어싱크, atlas 아틀라스, ATM 에이티엠, atom 아톰, attack 어택,
    auction 옥션, audience 오디언스, audition 오디션, Aurora 오로라, author 오서, auto 오토,
    autocomplete 오토컴플리트, autopilot 오토파일럿, avatar 아바타, average 애버리지, AWS 에이더블유에스, Azure 애저,
    B2B 비투비, b2c 비투씨, baby 베이비, back 백, backend 백엔드, background 백그라운드, backup 백업, bacon 베이컨,
    badge 배지, badminton 배드민턴, balance 밸런스, balcony 발코니, ballad 발라드, balloon 벌룬, band 밴드,
    bandage 밴디지, bandwidth 밴드위드스, banner 배너, bar 바, barbecue 바비큐, barcode 바코드, barista 바리스타,
    baseball 베이스볼, basic 베이직, batch 배치, battery 배터리, bazaar 바자, beach 비치, beacon 비컨, bearing 베어링,
    beat 비트, beauty 뷰티, bed 베드, bell 벨, belt 벨트, bench 벤치, benchmark 벤치마크, beta 베타, bibimbap 비빔밥,
    bible 바이블, big 빅, BigQuery 빅쿼리, bike 바이크, bill 빌, binary 바이너리, bingo 빙고, birth 버스, bishop 비숍,
    bitcoin 비트코인, Bitcoin 비트코인, blazer 블레이저, blender 블렌더, blind 블라인드, blizzard 블리자드,
    block 블록, blockchain 블록체인, Bloomberg 블룸버그, bluff 블러프, board 보드, boat 보트, body 보디 바디,
    Boeing 보잉, boiler 보일러, bonnet 보닛, bonus 보너스, book 북, boom 붐, boot 부트, booth 부스, border 보더,
    boss 보스, bottle 보틀, bottom 보텀 바텀, bouncer 바운서, boundary 바운더리, bowl 볼, bowling 볼링, box 박스,
    boxing 복싱, boy 보이, bracelet 브레이슬릿, brake 브레이크, branch 브랜치, brand 브랜드, bread 브레드,
    breakpoint 브레이크포인트, brick 브릭, bridge 브리지, briefing 브리핑, broccoli 브로콜리, broker 브로커,
    bronze 브론즈, browser 브라우저, brunch 브런치, brush 브러시, BTS 비티에스, bubble 버블, bucket 버킷, buffer 버퍼,
    bug 버그, bulgogi 불고기, bulldozer 불도저, bulletin 불러틴, bumper 범퍼, bundle 번들, bungalow 방갈로,
    bunker 벙커, burger 버거, burner 버너, Busan 부산, button 버튼, cabaret 카바레, cabin 캐빈, cable 케이블,
    caddy 캐디, café 카페, call 콜, callback 콜백, calorie 칼로리, Cambridge 케임브리지, camp 캠프, camping 캠핑,
    campus 캠퍼스, candid 캔디드, candle 캔들, candy 캔디, cannon 캐넌, canvas 캔버스, cap 캡, captain 캡틴,
    caption 캡션, capture 캡처, car 카, caramel 캐러멜, caravan 캐러밴, carbon 카본, career 커리어, carnival 카니발,
    carol 캐럴, carrier 캐리어, cart 카트, cartoon 카툰, cash 캐시, cashmere 캐시미어, casino 카지노, cast 캐스트,
    castanets 캐스터네츠, casual 캐주얼, category 카테고리, cctv 시시티브이, CCTV 씨씨티비, celebrity 셀러브리티,
    celery 셀러리, cell 셀, celsius 셀시우스, CEO 시이오 씨이오, ceramic 세라믹, chain 체인, chair 체어,
    chairman 체어맨, challenge 챌린지, champion 챔피언, chance 찬스, channel 채널, charity 채리티, chart 차트,
    chat 챗, ChatGPT 챗지피티, chatgpt4 챗지피티포, check 체크, checklist 체크리스트, checkout 체크아웃,
    checkpoint 체크포인트, cheerleader 치어리더, cherry 체리, chess 체스, chicken 치킨, child 차일드, chip 칩,
    cigar 시가, cinema 시네마, cinnamon 시나몬, circle 서클, city 시티, clarinet 클라리넷, class 클래스,
    classic 클래식, clean 클린, clear 클리어, clicked 클릭드, climax 클라이맥스, clinic 클리닉, clip 클립,
    cloakroom 클로크룸, clock 클록 클락, clone 클론, closure 클로저, Cloudflare 클라우드플레어, clover 클로버,
    cluster 클러스터, co2 씨오투, CO2 시오이, coach 코치, coat 코트, cobalt 코발트, code 코드, codec 코덱,
    coded 코디드, coding 코딩, coin 코인, collage 콜라주, collector 컬렉터, colony 콜로니, color 칼라 컬러,
    column 칼럼, combine 컴바인, combo 콤보, comet 코밋, command 커맨드, commerce 커머스, commit 커밋, compact 콤팩트,
    compass 컴퍼스, compile 컴파일, complaint 컴플레인트, compression 컴프레션, compute 컴퓨트, config 컨피그,
    Confluence 컨플루언스, console 콘솔, constant 콘스턴트, constructor 컨스트럭터, Consul 콘술, consultant 컨설턴트,
    contact 콘택트, context 콘텍스트 컨텍스트, contract 콘트랙트, convert 컨버트, converter 컨버터, cool 쿨,
    cooler 쿨러, Copilot 코파일럿, copy 카피, core 코어, corner 코너, cosmetics 코스메틱스, cosmos 코스모스,
    Costco 코스트코, costume 코스튬, cotton 코튼, counter 카운터, cover 커버, coverage 커버리지, cowboy 카우보이,
    cracker 크래커, crane 크레인, crash 크래시, crawler 크롤러, crayon 크레용, creative 크리에이티브, crew 크루,
    cricket 크리켓, crisis 크라이시스, critical 크리티컬, cross 크로스, crossover 크로스오버, crown 크라운,
    cruiser 크루저, crystal 크리스털, cube 큐브, cup 컵, curation 큐레이션, curling 컬링, currency 커런시,
    cursor 커서, Cursor 커서, cushion 쿠션, custom 커스텀, cut 컷, cutter 커터, cyber 사이버, cycle 사이클,
    daegu 대구, daejeon 대전, damage 대미지, dance 댄스, Daniel 다니엘, dark 다크, Dart 다트, dash 대시,
    dashboard 대시보드, data 데이터, Datadog 데이터도그 데이터독, dataset 데이터셋, date 데이트, deadline 데드라인,
    dealer 딜러, dealing 딜링, debate 디베이트, debug 디버그, decade 데케이드, deck 덱, decoder 디코더,
    decoration 데커레이션, decorator 데코레이터, deep 딥, DeepMind 딥마인드, DeepSeek 딥시크, default 디폴트,
    defense 디펜스, delete 딜리트, delivery 딜리버리, delta 델타, deluxe 디럭스, demo 데모, denim 데님,
    department 디파트먼트, dependency 디펜던시, deploy 디플로이, deployment 디플로이먼트, deposit 디포짓,
    description 디스크립션, desk 데스크, desktop 데스크톱 데스크탑, dessert 디저트, destination 데스티네이션,
    detail 디테일, detective 디텍티브, developer 디벨로퍼, diagram 다이어그램, dialog 다이얼로그, diet 다이어트,
    diffusion 디퓨전, digest 다이제스트, dilemma 딜레마, dinner 디너, diorama 디오라마, direct 다이렉트,
    director 디렉터, directory 디렉터리 디렉토리, disco 디스코, discount 디스카운트, disk 디스크, dispenser 디스펜서,
    display 디스플레이, diving 다이빙, dj 디제이, DNA 디엔에이, Docker 도커, doctor 닥터, document 도큐먼트,
    dolphin 돌핀, domain 도메인, dome 돔, don't 돈트, donation 도네이션, door 도어, doping 도핑, dragon 드래건 드래곤,
    drama 드라마, draw 드로, dream 드림, dress 드레스, drill 드릴, drive 드라이브, driver 드라이버, drone 드론,
    drop 드롭 드랍, Dropbox 드롭박스 드랍박스, dropdown 드롭다운, drum 드럼, dummy 더미, dumping 덤핑,
    duplex 듀플렉스, duration 듀레이션, dynamic 다이내믹, DynamoDB 다이나모디비, e-mail 이메일, earth 어스, easy 이지,
    eBook 이북, eclipse 이클립스, Eclipse 이클립스, ecommerce 이커머스, ecosystem 에코시스템, edge 에지 엣지,
    edit 에디트 에딧, edition 에디션, editor 에디터, effect 이펙트, elastic 엘라스틱,
    Elasticsearch 엘라스틱서치 일래스틱서치, electron 일렉트론, elegance 엘레강스, element 엘리먼트, elite 엘리트,
    Emacs 이맥스, email 이메일, embedding 임베딩, emergency 이머전시, emotion 이모션, empire 엠파이어, empty 엠프티,
    emulator 에뮬레이터, enamel 에나멜, encoder 인코더, encoding 인코딩, endpoint 엔드포인트, engine 엔진,
    engineer 엔지니어, enter 엔터, enterprise 엔터프라이즈, entertainment 엔터테인먼트, entry 엔트리,
    environment 인바이런먼트, Envoy 엔보이, epilogue 에필로그, episode 에피소드, equalizer 이퀄라이저, error 에러,
    esperanto 에스페란토, essay 에세이, Ethereum 이더리움, etiquette 에티켓, evaluation 이밸류에이션, Excel 엑셀,
    exception 익셉션, execute 엑시큐트, executor 이그제큐터, express 익스프레스, extension 익스텐션, extra 엑스트라,
    F1 에프원, face 페이스, factor 팩터, factory 팩토리, fair 페어, fallback 폴백, family 패밀리, fantasy 판타지,
    FAQ 에프에이큐, fashion 패션, fast 패스트, FastAPI 패스트에이피아이, favorite 페이버릿, feature 피처, feed 피드,
    feedback 피드백, feminist 페미니스트, fence 펜스, Ferrari 페라리, fetch 페치, fiber 파이버, fiction 픽션,
    field 필드, FIFA 피파, fight 파이트, fighter 파이터, filter 필터, final 파이널, finger 핑거, fire 파이어,
    Firebase 파이어베이스, Firefox 파이어폭스, firewall 파이어월, firmware 펌웨어, fish 피시, fitness 피트니스,
    fixture 픽스처, flag 플래그, flamenco 플라멩코, flannel 플란넬, flash 플래시, flashback 플래시백, flex 플렉스,
    flight 플라이트, Flink 플링크, floating 플로팅, floor 플로어, flow 플로 플로우, flower 플라워, Flutter 플러터,
    focus 포커스, foil 포일, food 푸드, football 풋볼, footer 푸터, force 포스, forecast 포캐스트, fork 포크, form 폼,
    formal 포멀, formula 포뮬러, forum 포럼, forward 포워드, foundation 파운데이션, fountain 파운틴, fraction 프랙션,
    fragment 프래그먼트, frame 프레임, framework 프레임워크, freelancer 프리랜서, freezer 프리저, fresh 프레시,
    friend 프렌드, frontend 프런트엔드 프론트엔드, fry 프라이, function 펑션, fund 펀드, fusion 퓨전, future 퓨처,
    G20 지이십, Galaxy 갤럭시, gallery 갤러리, game 게임, games 게임스, gaming 게이밍, gangnam 강남, garden 가든,
    gate 게이트, gateway 게이트웨이, gauge 게이지, GCP 지씨피, gear 기어, gel 젤, generation 제너레이션,
    generator 제너레이터, genome 게놈, gentle 젠틀, ghost 고스트, gift 기프트, giga 기가, ginseng 진생, girl 걸,
    GitHub 깃허브, glamour 글래머, glider 글라이더, goal 골, Google 구글, gorilla 고릴라, gospel 가스펠, gossip 가십,
    GPT-4 지피티포 지피티사, GPT-4o 지피티포오, gpt4o 지피티포오, gradation 그러데이션, grade 그레이드,
    Gradio 그라디오, Gradle 그레이들, Grafana 그라파나, grand 그랜드, graph 그래프, graphic 그래픽, gravity 그래비티,
    grid 그리드, grill 그릴, grocery 그로서리, growth 그로스, guarantee 개런티, guardian 가디언, guest 게스트, gun 건,
    gwangju 광주, gypsum 집섬, H100 에이치백, H2O 에이치투오, hacker 해커, hacking 해킹, Hadoop 하둡, hair 헤어,
    halo 헤일로, hammer 해머, hamster 햄스터, hanbok 한복, hand 핸드, handball 핸드볼, handicap 핸디캡, handle 핸들,
    handler 핸들러, handling 핸들링, happy 해피, hardware 하드웨어, harmony 하모니, harness 하네스, Harvard 하버드,
    hash 해시, Haskell 하스켈, head 헤드, header 헤더, heading 헤딩, headline 헤드라인, headphone 헤드폰,
    headset 헤드셋, healing 힐링, health 헬스, heap 힙, heartbeat 하트비트, helicopter 헬리콥터, Helm 헬름,
    helper 헬퍼, hero 히어로, Heroku 헤로쿠, heuristic 휴리스틱, highlight 하이라이트, hiking 하이킹, Hilton 힐튼,
    hinge 힌지, hint 힌트, hip 힙, history 히스토리, hit 히트, Hive 하이브, hockey 하키, holder 홀더,
    holiday 홀리데이, homework 홈워크, hook 훅, hormone 호르몬, horn 혼, host 호스트, hosting 호스팅, house 하우스,
    html 에이치티엠엘, HTML5 에이치티엠엘파이브 에이치티엠엘오, https 에이치티티피에스, HuggingFace 허깅페이스,
    human 휴먼, humor 유머, hybrid 하이브리드, hydrogen 하이드로겐, Hyundai 현대, icon 아이콘, identity 아이덴티티,
    igloo 이글루, illusion 일루전, image 이미지, impact 임팩트, import 임포트, impulse 임펄스, inbox 인박스,
    incentive 인센티브, inch 인치, incheon 인천, increment 인크리먼트, index 인덱스, indicator 인디케이터,
    inference 인퍼런스, inflation 인플레이션, influencer 인플루언서, infra 인프라, ink 잉크, innovation 이노베이션,
    input 인풋, insert 인서트, inside 인사이드, insight 인사이트, inspector 인스펙터, install 인스톨,
    instance 인스턴스, integer 인티저, IntelliJ 인텔리제이, interior 인테리어, intern 인턴, interval 인터벌,
    interview 인터뷰, invite 인바이트, invoice 인보이스, iOS 아이오에스, IoT 아이오티, iphone 아이폰, IPHONE 아이폰,
    iPhone 아이폰, Istio 이스티오, IT 아이티, it's 잇츠, item 아이템, iterator 이터레이터, jackpot 잭폿 잭팟,
    Jackson 잭슨, jam 잼, Java 자바, JavaScript 자바스크립트, jazz 재즈, jeans 진스, jeju 제주, jelly 젤리,
    Jessica 제시카, jet 제트, Jira 지라, job 잡, join 조인, joke 조크, journal 저널, journey 저니, joy 조이,
    json 제이슨, jump 점프, jungle 정글, junior 주니어, junk 정크, Jupyter 주피터, justice 저스티스, K-pop 케이팝,
    k8s 케이에잇에스, KBS 케이비에스, kernel 커널, kettle 케틀, Kevin 케빈, key 키, keynote 키노트, keyword 키워드,
    kick 킥, kid 키드, Kim 김, kimchi 김치, kiosk 키오스크, kiss 키스, kitchen 키친, knife 나이프, knock 노크,
    koala 코알라, KTX 케이티엑스, Kubernetes 쿠버네티스, label 라벨 레이블, Lambda 람다, Lamborghini 람보르기니,
    lamp 램프, landing 랜딩, landmark 랜드마크, LangChain 랭체인, lantern 랜턴, laptop 랩톱 랩탑, laser 레이저,
    latency 레이턴시, launch 론치 런치, launcher 런처, launching 론칭 런칭, lavender 라벤더, layer 레이어,
    layout 레이아웃, lead 레드 리드, leadership 리더십, leak 리크, learning 러닝, leasing 리싱, leather 레더,
    legacy 레거시, legend 레전드, lemonade 레모네이드, lens 렌즈, lesson 레슨, let's 레츠 렛츠, letter 레터,
    lever 레버, library 라이브러리, license 라이선스, life 라이프, light 라이트, limit 리밋 리미트, line 라인,
    link 링크, LinkedIn 링크드인, lion 라이언, lipstick 립스틱, list 리스트, listener 리스너, Llama 라마, LLM 엘엘엠,
    loader 로더, loading 로딩, local 로컬, localhost 로컬호스트, lock 록 락, logger 로거, logic 로직, logo 로고,
    lookup 룩업, loop 루프, LoRA 로라, lotion 로션, lounge 라운지, LTE 엘티이, lucky 러키 럭키, luxury 럭셔리,
    MacBook 맥북, machine 머신, macOS 맥오에스, macro 매크로, magic 매직, magnetic 마그네틱, mail 메일, main 메인,
    major 메이저, makeup 메이크업, mania 마니아 매니아, manifest 매니페스트, manner 매너, manual 매뉴얼, map 맵,
    mapping 매핑 맵핑, margin 마진, marker 마커, marketplace 마켓플레이스, Marriott 메리어트, mask 마스크,
    massage 마사지, master 마스터, match 매치, matrix 매트릭스, Maven 메이븐, mayor 메이어, mc 엠시,
    McDonald's 맥도날드, mechanism 메커니즘, media 미디어, meeting 미팅, melon 멜론, membership 멤버십, memo 메모,
    memory 메모리, mentor 멘토, merge 머지, merit 메리트, message 메시지, meta 메타, metadata 메타데이터,
    metaphor 메타포, method 메서드 메소드, metric 메트릭, micro 마이크로, microphone 마이크로폰, middle 미들,
    middleware 미들웨어, Midjourney 미드저니, migration 마이그레이션, milestone 마일스톤, mini 미니, minimum 미니멈,
    minjun 민준, miracle 미라클, mirror 미러, miss 미스, missile 미사일, mission 미션, Mistral 미스트랄, mixer 믹서,
    mobility 모빌리티, mockup 목업, mode 모드, model 모델, modeling 모델링, models 모델스 모델즈, modem 모뎀,
    modern 모던, module 모듈, moment 모먼트, money 머니, MongoDB 몽고디비, monitoring 모니터링, monkey 몽키,
    monolith 모놀리스, monologue 모놀로그, mood 무드, morning 모닝, mosaic 모자이크, motion 모션, motive 모티브,
    movie 무비, mp3 엠피쓰리, Mp3 엠피삼, MP3 엠피쓰리 엠피삼, muffler 머플러, multi 멀티, multimedia 멀티미디어,
    music 뮤직, Mustang 머스탱, MySQL 마이에스큐엘, mystery 미스터리, n8n 엔에잇엔, Nagios 나기오스, name 네임,
    namespace 네임스페이스, narration 내레이션, NASA 나사, nation 네이션, native 네이티브, NATO 나토, Naver 네이버,
    navigation 내비게이션, navigator 내비게이터, necklace 네크리스, needs 니즈, net 넷 네트, neural 뉴럴, news 뉴스,
    newsletter 뉴스레터, Next 넥스트, Next.js 넥스트제이에스, Nginx 엔진엑스, nickname 닉네임, night 나이트,
    nine 나인, NLP 엔엘피, Node.js 노드제이에스, noise 노이즈, Nomad 노마드, normal 노멀 노말, note 노트,
    notebook 노트북, notification 노티피케이션, notify 노티파이, nuance 뉘앙스, number 넘버, NumPy 넘파이,
    Nuxt 넉스트, oasis 오아시스, oatmeal 오트밀, object 오브젝트, observer 옵서버 옵저버, obstacle 옵스터클,
    offer 오퍼, offline 오프라인, offset 오프셋, oil 오일, ok 오케이, olive 올리브, Oliver 올리버, onboarding 온보딩,
    one 원, OneDrive 원드라이브, openai 오픈에이아이, OpenCV 오픈시브이 오픈씨브이, opener 오프너, opening 오프닝,
    Opera 오페라, operator 오퍼레이터, opinion 오피니언, optimizer 옵티마이저, option 옵션, orchestra 오케스트라,
    order 오더, Oreo 오레오, organic 오가닉, OTT 오티티, outlet 아웃렛, Outlook 아웃룩, output 아웃풋,
    outsourcing 아웃소싱, oven 오븐, overflow 오버플로 오버플로우, override 오버라이드, owner 오너, Oxford 옥스퍼드,
    oxygen 옥시젠, ozone 오존, pack 팩, packet 패킷, pad 패드, page 페이지, pagination 페이지네이션, painting 페인팅,
    palette 팔레트, panda 판다, Pandas 판다스, panel 패널, panic 패닉, parade 퍼레이드, paradigm 패러다임,
    paragraph 패러그래프, parameter 파라미터, parasol 파라솔, parking 파킹, parser 파서, part 파트, particle 파티클,
    partition 파티션, partner 파트너, party 파티, pass 패스, passion 패션, passport 패스포트, patch 패치, path 패스,
    pattern 패턴, pause 포즈, payload 페이로드, payment 페이먼트, PC 피시 피씨, PDF 피디에프, peak 피크, peanut 피넛,
    pedal 페달, penalty 페널티, pencil 펜슬, pending 펜딩, pension 펜션, Pepsi 펩시, performance 퍼포먼스,
    period 피리어드, Perl 펄, permission 퍼미션, phantom 팬텀, phone 폰, photo 포토, photon 포톤,
    Photoshop 포토샵 포토숍, pickle 피클, pilot 파일럿, pin 핀, ping 핑, pioneer 파이어니어, pipe 파이프,
    pipeline 파이프라인, Piper 파이퍼, pivot 피벗, placeholder 플레이스홀더, plan 플랜, planner 플래너, plant 플랜트,
    plasma 플라스마, plate 플레이트, play 플레이, player 플레이어, playlist 플레이리스트, PlayStation 플레이스테이션,
    plaza 플라자, point 포인트, pointer 포인터, pole 폴, policy 폴리시, polling 폴링, polyester 폴리에스테르, pool 풀,
    pop 팝, popup 팝업, pork 포크, port 포트, portfolio 포트폴리오, portrait 포트레이트, position 포지션, post 포스트,
    poster 포스터, postfix 포스트픽스, Postman 포스트맨, potential 포텐셜, powder 파우더, power 파워,
    PowerPoint 파워포인트, PPT 피피티, practice 프랙티스, prefix 프리픽스, premium 프리미엄, preprocess 프리프로세스,
    presentation 프레젠테이션, preset 프리셋, press 프레스, Presto 프레스토, preview 프리뷰, price 프라이스,
    primary 프라이머리, prime 프라임, print 프린트, printer 프린터, priority 프라이오리티, private 프라이빗,
    prize 프라이즈, producer 프로듀서, product 프로덕트, production 프로덕션, professional 프로페셔널,
    profile 프로파일 프로필, profit 프로핏, progress 프로그레스, progressbar 프로그레스바, project 프로젝트,
    Prometheus 프로메테우스, promise 프로미스, promotion 프로모션, prompt 프롬프트, propeller 프로펠러,
    property 프로퍼티, proposal 프로포절, protocol 프로토콜, prototype 프로토타입, provider 프로바이더,
    provision 프로비전, proxy 프록시, PS5 피에스파이브, psychology 사이콜로지, public 퍼블릭, publisher 퍼블리셔,
    pump 펌프, punch 펀치, puppet 퍼핏, purple 퍼플, puzzle 퍼즐, python 파이썬, Python 파이썬, Q&A 큐앤에이, QR 큐알,
    quality 퀄리티, quantum 퀀텀, quarter 쿼터, query 쿼리, question 퀘스천, quick 퀵, R&D 알앤디, rabbit 래빗,
    racer 레이서, racketeer 래키티어, radar 레이더, RAG 래그, rail 레일, rainbow 레인보 레인보우, rainstorm 레인스톰,
    rally 랠리, ranking 랭킹, rap 랩, rate 레이트, raw 로, React 리액트, reaction 리액션, read 리드, reader 리더,
    ready 레디, rebase 리베이스, rebound 리바운드, recall 리콜, receiver 리시버, recommend 리커멘드, record 레코드,
    recovery 리커버리, recruit 리크루트, recycle 리사이클, Reddit 레딧, redirect 리다이렉트, Redis 레디스,
    redundancy 리던던시, refactoring 리팩터링 리팩토링, reference 레퍼런스, refresh 리프레시, reggae 레게,
    region 리전, register 레지스터, regression 리그레션, rehearsal 리허설, reinforce 리인포스, relay 릴레이,
    release 릴리스, render 렌더, rendering 렌더링, renewal 리뉴얼, rental 렌털 렌탈, replay 리플레이,
    replica 레플리카, replication 레플리케이션, reporter 리포터, repository 리포지터리 리포지토리, request 리퀘스트,
    research 리서치, reset 리셋, resize 리사이즈, resolver 리졸버, resource 리소스, response 리스폰스,
    restore 리스토어, result 리절트, resume 레주메, retry 리트라이, return 리턴, Reuters 로이터, review 리뷰,
    reward 리워드, ribbon 리본, ribosome 리보솜, rice 라이스, rifle 라이플, ring 링, risk 리스크, ritual 리추얼,
    road 로드, roadmap 로드맵, Robert 로버트, rock 록 락, role 롤, rollback 롤백, roller 롤러, romance 로맨스,
    romantic 로맨틱, roof 루프, room 룸, root 루트, round 라운드, routing 라우팅, row 로 로우,
    rtx4090 알티엑스사공구공, RTX4090 알티엑스사천구십, rugby 럭비, rule 룰, run 런, runner 러너, running 러닝,
    runtime 런타임, s24 에스이십사, S24 에스이십사, safari 사파리, Safari 사파리, safe 세이프, safety 세이프티,
    sale 세일, sample 샘플, sampling 샘플링, samsung 삼성, Samsung 삼성, sandbox 샌드박스, satellite 새털라이트,
    sauna 사우나, saxophone 색소폰, scaffold 스캐폴드, Scala 스칼라, scalar 스칼라, scale 스케일, scan 스캔,
    scandal 스캔들, scanner 스캐너, scarf 스카프, scenario 시나리오, scene 신, scheduler 스케줄러, schema 스키마,
    school 스쿨, scooter 스쿠터, scope 스코프, score 스코어, scout 스카우트, scrap 스크랩, scraping 스크래핑,
    screen 스크린, scroll 스크롤, seat 시트, second 세컨드, section 섹션, secure 시큐어, security 시큐리티,
    segment 세그먼트, segmentation 세그먼테이션, selector 셀렉터, self 셀프, semantic 시맨틱, semaphore 세마포어,
    semiconductor 세미컨덕터, seminar 세미나, senior 시니어, sense 센스, sensor 센서, sentence 센텐스, Sentry 센트리,
    Seoul 서울, separator 세퍼레이터, sequence 시퀀스, serial 시리얼, series 시리즈, server 써버 서버,
    serverless 서버리스, servers 서버스 서버즈, service 써비스 서비스, setup 셋업, shader 셰이더, share 셰어,
    SharePoint 셰어포인트, sharp 샤프, sheet 시트, shell 셸 쉘, shepherd 셰퍼드, sherbet 셔벗, shield 실드 쉴드,
    shirt 셔츠, shock 쇼크, shoes 슈즈, shooting 슈팅, shop 숍 샵, Shopify 쇼피파이, shopping 쇼핑, short 쇼트,
    shower 샤워, shrimp 슈림프, sidebar 사이드바, signal 시그널, signature 시그니처, silicon 실리콘, simple 심플,
    simulation 시뮬레이션, singleton 싱글턴 싱글톤, size 사이즈, skeleton 스켈레톤, skill 스킬, skin 스킨,
    skirt 스커트, slash 슬래시, sleep 슬리프 슬립, sleeve 슬리브, slice 슬라이스, slide 슬라이드, slipper 슬리퍼,
    slogan 슬로건, slot 슬롯, slow 슬로 슬로우, small 스몰, smart 스마트, smartphone 스마트폰, smile 스마일,
    smog 스모그, smoothie 스무디, snack 스낵, snapshot 스냅숏 스냅샷, snippet 스니펫, snow 스노 스노우,
    Snowflake 스노플레이크 스노우플레이크, SNS 에스엔에스, social 소셜, socket 소켓, soju 소주, solution 솔루션,
    song 송, Sophia 소피아, sort 소트, sound 사운드, space 스페이스, spaghetti 스파게티, spam 스팸, spark 스파크,
    Spark 스파크, speaker 스피커, spec 스펙, spectrum 스펙트럼, speech 스피치, speed 스피드, spin 스핀, spirit 스피릿,
    sponsor 스폰서, spoon 스푼, spot 스폿 스팟, spotlight 스포트라이트 스팟라이트, spray 스프레이, spring 스프링,
    Spring 스프링, sprint 스프린트, stack 스택, staff 스태프, stage 스테이지, stakeholder 스테이크홀더, stamp 스탬프,
    standard 스탠더드 스탠다드, standby 스탠바이, Stanford 스탠퍼드, stapler 스테이플러, star 스타, startup 스타트업,
    state 스테이트, static 스태틱, station 스테이션, statistics 스태티스틱스, steam 스팀, step 스텝, steward 스튜어드,
    stick 스틱, sticker 스티커, stock 스톡, storage 스토리지, store 스토어, story 스토리, straight 스트레이트,
    strategy 스트래티지, streamer 스트리머, streaming 스트리밍, street 스트리트, stress 스트레스, stretching 스트레칭,
    strike 스트라이크, string 스트링, Stripe 스트라이프, structure 스트럭처, STT 에스티티, student 스튜던트,
    study 스터디, subject 서브젝트, subscriber 서브스크라이버, subscription 서브스크립션, subtitle 서브타이틀,
    success 석세스, summary 서머리, summer 서머 썸머, sunglass 선글라스, Supabase 수파베이스, superuser 슈퍼유저,
    support 서포트, survey 서베이, survival 서바이벌, suspense 서스펜스, sustain 서스테인, Svelte 스벨트,
    Swagger 스웨거, swap 스와프 스왑, sweater 스웨터, Swift 스위프트, swimming 스위밍, switch 스위치,
    symbol 심벌 심볼, synchronize 싱크로나이즈, syntax 신택스, synthesizer 신시사이저, T-shirt 티셔츠, Tableau 태블로,
    tactic 택틱, tag 태그, talent 탤런트, tank 탱크, tape 테이프, team 팀, Teams 팀즈, technician 테크니션,
    technique 테크닉, technology 테크놀로지, teenager 틴에이저, telephone 텔레폰, temperature 템퍼러처,
    template 템플릿, tempo 템포, tension 텐션, tensor 텐서, TensorFlow 텐서플로 텐서플로우, term 텀, terminal 터미널,
    terrace 테라스, Terraform 테라폼, terror 테러, tester 테스터, texture 텍스처, thermometer 서모미터,
    thread 스레드 쓰레드, threshold 스레시홀드, throttle 스로틀, throttling 스로틀링, throw 스로,
    thumbnail 섬네일 썸네일, ticket 티켓, tie 타이, tiger 타이거, tile 타일, timeline 타임라인, timeout 타임아웃,
    timer 타이머, timing 타이밍, tip 팁, tire 타이어, tissue 티슈, toast 토스트, toggle 토글, toilet 토일렛,
    tokenizer 토크나이저, Tomcat 톰캣, tone 톤, toner 토너, toolkit 툴킷, tooltip 툴팁, topic 토픽, topping 토핑,
    torch 토치, tornado 토네이도, touchpad 터치패드, tower 타워, town 타운, toy 토이, Toyota 도요타, trace 트레이스,
    traceback 트레이스백, track 트랙, tracker 트래커, trade 트레이드, trademark 트레이드마크, traffic 트래픽,
    trailer 트레일러, train 트레인, trainer 트레이너, training 트레이닝, transaction 트랜잭션,
    transcript 트랜스크립트, transfer 트랜스퍼, transformer 트랜스포머, transition 트랜지션, translate 트랜슬레이트,
    transport 트랜스포트, trap 트랩, trauma 트라우마, tree 트리, Trello 트렐로, trend 트렌드, trick 트릭,
    trigger 트리거, trio 트리오, trophy 트로피, trumpet 트럼펫, try 트라이, TTS 티티에스, tube 튜브, tulip 튤립,
    tuning 튜닝, tuple 튜플, turbine 터빈, turbo 터보, turn 턴, tutor 튜터, tutorial 튜토리얼, TV 티브이 티비,
    tv 티비, twin 트윈, Twitch 트위치, UI 유아이, ultra 울트라, umbrella 엄브렐라, underscore 언더스코어,
    UNESCO 유네스코, unicorn 유니콘, uniform 유니폼, union 유니언 유니온, unique 유니크, unit 유닛, universe 유니버스,
    unlock 언록 언락, update 업데이트, updates 업데이츠 업데이트스, updating 업데이팅, upgrade 업그레이드, upper 어퍼,
    upstream 업스트림, URL 유알엘 유아르엘, usage 유시지, USB 유에스비, username 유저네임, utility 유틸리티,
    UX 유엑스, v2 브이투, vacuum 배큐엄, validation 밸리데이션, value 밸류, variable 베리어블, Vault 볼트,
    vector 벡터, veil 베일, velvet 벨벳, vendor 벤더, Vercel 버셀, version 버전, vertex 버텍스, veteran 베테랑 베테런,
    victory 빅토리, video 비디오, viewer 뷰어, viewport 뷰포트, Vim 빔, vip 브이아이피, virtual 버추얼, vision 비전,
    visual 비주얼, Vite 바이트, vocabulary 보캐뷸러리, voice 보이스, volleyball 발리볼, volume 볼륨,
    volunteer 볼런티어, VR 브이알, vs 브이에스, VSCode 브이에스코드, waffle 와플, waiter 웨이터, wallet 월렛,
    Walmart 월마트, warning 워닝, warrant 워런트, watch 워치, watermark 워터마크, watermelon 워터멜론, weather 웨더,
    WebEx 웹엑스, webhook 웹훅, webtoon 웹툰, wedding 웨딩, weekend 위켄드, welcome 웰컴, well 웰, whip 휩,
    Whisper 위스퍼, whisper 위스퍼, whitelist 화이트리스트, Wi-Fi 와이파이, widget 위젯, width 위드스, wiki 위키,
    wild 와일드, William 윌리엄, Windows 윈도우 윈도우즈 윈도, winner 위너, winter 윈터, wire 와이어,
    wireless 와이어리스, wizard 위저드, WordPress 워드프레스, workbook 워크북, worker 워커,
    workflow 워크플로 워크플로우, workshop 워크숍 워크샵, workspace 워크스페이스, wrap 랩, wrapper 래퍼, write 라이트,
    writer 라이터, www 더블유더블유더블유, X-ray 엑스레이, x86 엑스팔육, yacht 요트, year 이어, yellow 옐로 옐로우,
    YOUTUBE 유튜브, youtube 유튜브, YouTube 유튜브, Zabbix 자빅스, zebra 지브라, zero 제로, zigzag 지그재그,
    zipper 지퍼, zone 존, Zookeeper 주키퍼, Zoom 줌
"""
# A word, then what it is not.
OTHERS = """
    model 모듈, module 모델, server 서브 서브웨이 서비스, bar 바이 버 배, data 데이트, date 데이터, script 스크랩,
    update 업로드, upload 업데이트, download 다운, start 스타, star 스타트, stop 스텝, step 스톱, left 라이트,
    right 레프트, red 리드, pen 핀, pin 펜, bus 배스 버스트, book 백, bag 북 버그, bug 백, cup 캡, cap 컵, cut 캣,
    hot 핫도그, ship 숍, shop 십, test 텍스트 테스터 테이스트, text 테스트, task 태그, tag 태스크, desk 디스크,
    disk 데스크, game 게임즈, color 칼로리 콜라, video 비디, cloud 클로드, claude 클라우드, python 파이톤치드,
    java 자바스크립트, javascript 자바, react 리액션, redis 레디, service 서버, stream 스팀, steam 스트림,
    message 마사지, massage 메시지, coffee 카피, copy 커피, live 리브스, price 프라이즈, prize 프라이스, play 플라이,
    fly 플레이, class 글라스, glass 클래스, black 블록, block 블랙, fan 펀, fun 팬, sun 산, run 랜, lan 런, rank 링크,
    link 랭크, bank 벙크, list 라스트 레스트, last 리스트, rest 리스트, file 필 폴더, fill 파일 풀, mail 밀 이메일,
    meal 메일, sale 실, seal 세일, page 피지, sheet 셔츠, shirt 시트, note 노드, node 노트, code 코트, coat 코드,
    mode 모델, log 로고, logo 로그, token 토큰즈, type 테이프, tape 타입, pipe 페이퍼, paper 파이퍼, lock 락커,
    user 유저즈, click 클락, clock 클릭, track 트릭, trick 트랙, truck 트랙, tree 트라이, three 트리, free 프라이,
    four 파이브, five 포, one 온, on 원, six 삭스, ten 텐트, tent 텐, point 파인트, phone 폰트, font 폰,
    iphone 아이패드, ipad 아이폰, google 구골, naver 네버, kakao 코코아, AI 아이티, IT 에이아이, PC 피디, CD 씨디롬,
    MP3 엠피포, MP4 엠피쓰리, 5G 사지, 4G 오지, 3D 투디, H100 에이치이백, GPT-4 지피티삼, GPT-3 지피티포, CPU 지피유,
    GPU 시피유, SSD 에스디, USB 유에스, URL 유알아이, API 에이피, HTML 에이치티엠, iOS 아이오티, TV 디비, DB 티비,
    CEO 시에프오, email 메일, online 온라인즈 오프라인, offline 온라인, input 아웃풋, output 인풋, login 로그아웃,
    logout 로그인, frontend 백엔드, import 익스포트, export 임포트, increase 디크리스, public 프라이빗, upper 로어,
    inside 아웃사이드, upstream 다운스트림, seoul 부산, busan 서울, window 위도, windows 위드, chrome 크림,
    cream 크롬, screen 스크린도어, scream 스크린, letter 레이터, later 레터, better 배터리 버터, battery 베터,
    butter 베터, matter 미터, meter 매터, dinner 다이너, diner 디너, winner 와이너, hobby 하비비, super 서퍼,
    supper 슈퍼, filter 필더, center 센서, sensor 센터, editor 에디션, motor 모터쇼, mirror 미로, error 에로,
    hero 히로, zero 지로, cola 칼라, soda 사다, pasta 파스타치오, pizza 피자헛, cheese 치스, cake 쿠키,
    cookie 케이크 쿡, cook 쿠키, rice 로스, rose 라이스, nose 나이스, nice 노즈, night 노트, light 로트, fight 푸트,
    foot 파이트, food 풋, boot 보트, boat 부트, root 로트, rule 롤, role 룰, pool 폴, pole 풀, full 필, feel 풀,
    hall 홀더, hill 홀, hole 힐, hello 할로, yellow 옐, mellow 멜론, melon 멜로, salon 살롱즈, balloon 밸런스,
    balance 벌룬, dance 댄서, dancer 댄스, singer 싱글, single 싱어, finger 핑크, angle 엔젤, angel 앵글,
    jungle 정글북, juice 주사, june 존, zone 준, john 준, jane 존, change 찬스, chance 체인지, chain 친, chair 치어,
    cheer 체어, hair 히어, here 헤어, fair 피어, fear 페어, bear 비어, beer 베어, pear 피어, where 위어, tire 티어,
    tear 타이어, tower 타이어, power 파이어, fire 파워, flower 플로어, floor 플라워, door 다이어, core 카, car 코어,
    score 스카, short 셔츠, sport 스포일, port 파트, part 포트, party 포티, forty 파티, fork 파크, park 포크,
    dark 도크, dock 다크, mark 머크, market 마크, target 타깃팅, card 코드, cord 카드, hard 허드, heard 하드,
    board 버드, bird 보드, word 우드, wood 워드, world 우드, work 워커, worker 워크, walk 위크, week 워크,
    west 웨이스트, waste 웨스트, taste 테스트, paste 페스트, past 페이스트, best 비스트, beast 베스트, east 이스터,
    least 레스트, fast 퍼스트, first 패스트, burst 버스, must 마스트, master 머스트, mask 머스크, musk 마스크
"""


def entries(table):
    return {word: spellings for word, *spellings in map(str.split, table.split(","))}


def pairs(table):
    return [(word, spelling) for word, spellings in entries(table).items() for spelling in spellings]


def test_a_word_sounds_like_each_of_its_spellings():
    assert len(pairs(SPELLINGS)) > 1_500
    assert [pair for pair in pairs(SPELLINGS) if not sounds_like(*pair)] == []


def test_a_word_sounds_like_its_spellings_in_any_case():
    alike = [(form, spelling) for word, spelling in pairs(SPELLINGS) for form in (word.lower(), word.upper())]
    assert [pair for pair in alike if not sounds_like(*pair)] == []


def test_a_word_is_found_before_a_particle():
    for word, spelling in pairs(SPELLINGS):
        text, other = f"새 {word}에서도 봅니다", f"새 {spelling}에서도 봅니다"
        found = [text[reading.start : reading.end] for reading in matches(text, other) if reading.spoken == spelling]
        assert word in found


@pytest.mark.parametrize(("word", "other"), pairs(OTHERS))
def test_a_word_does_not_sound_like(word, other):
    assert not sounds_like(word, other)


def test_a_word_does_not_sound_like_a_word_that_is_nearly_the_same():
    own = {word: set(map(sounds, spellings)) for word, spellings in entries(SPELLINGS).items()}
    near: dict[str, list[tuple[str, str]]] = {}
    for word, spelling in pairs(SPELLINGS):
        for shorter in shortened(sounds(spelling)):
            near.setdefault(shorter, []).append((word, spelling))
    others = {
        (word, spelling)
        for alike in near.values()
        for word, _ in alike
        for _, spelling in alike
        if sounds(spelling) not in own[word]
    }
    wrong = [pair for pair in sorted(others) if sounds_like(*pair)]
    assert len(others) > 1_500
    assert len(wrong) <= len(others) / 200, wrong


def shortened(heard):
    """Return what is left of sounds where one or two are taken away: what two that are nearly the same share."""
    for count in (0, 1, 2):
        for kept in combinations(range(len(heard)), len(heard) - count):
            yield "".join(heard[at] for at in kept)
