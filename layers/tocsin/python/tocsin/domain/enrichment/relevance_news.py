"""Words and phrases of news that nobody runs, by kind and weight.

A text is in lower case and without punctuation here: "half time" stands for half-time as well.
Words that are much used by operators have no place here, however often news uses them; names that
services like to have (titans, rangers, goal) weigh little.
"""

# The kinds, as `Enrichment.irrelevant` names them.
KINDS = ("sports", "entertainment", "celebrity", "weather", "lottery", "marketing", "lifestyle")

_SPORTS_3 = """
nfl, nba, mlb, nhl, wnba, ncaa, uefa, fifa, ufc, espn, mlb com, premier league, champions league,
europa league, super bowl, stanley cup, world series, la liga, serie a, ligue 1, grand slam, grand
prix, six nations, davis cup, ryder cup, world cup, tour de france, march madness, bundesliga,
wimbledon, touchdown, touchdowns, quarterback, quarterbacks, wide receiver, wide receivers,
running back, running backs, home run, home runs, homer, homers, hat trick, stoppage time, injury
time, penalty shootout, three pointer, heavyweight, lightweight title, midfielder, shortstop, pole
position, all blacks, walk off, buzzer beater, split decision, head coach, transfer window, trade
deadline, transfer news, wins gold, yellow jersey, power rankings, fantasy football, left hander,
right hander, gold medal, gold medals, world record, course record, straight sets, old trafford,
olympics, paralympics, motogp, formula 1, nascar, manchester united, manchester city, man united,
man city, real madrid, red card, yellow card, match report, injury update, first round pick, match
winning, winning streak, losing streak, fa cup, full back, centre back, free kick, penalty kick,
knocked out, goalless draw, bowl game, man of the match, formula one, the masters, pga, pga tour,
college football, major league, national league, american league, national football league,
touchdown pass, ninth inning, red sox, white sox, blue jays, maple leafs, preseason, regular
season, football coach, olympic gold, world champion, two time champion, gymnastics, us open, u s
open, champions trophy, vijay singh, stroke lead, under par, final round, football team, soccer
team, basketball team, baseball team, cricket team, national team, slam dunk, semi finals, semi
final, quarter finals, quarter final, betting tips
"""
_SPORTS_2 = """
lakers, celtics, knicks, warriors, bulls, yankees, dodgers, padres, mets, red sox, cubs, phillies,
marlins, braves, astros, orioles, rockies, mariners, steelers, packers, cowboys, patriots,
broncos, bengals, seahawks, dolphins, buccaneers, bruins, maple leafs, canucks, oilers, penguins,
arsenal, chelsea, tottenham, everton, aston villa, newcastle, brentford, bayern, dortmund,
leverkusen, barcelona, barça, atletico, juventus, ac milan, gunners, lebron, curry, mahomes,
messi, ronaldo, mbappe, haaland, djokovic, nadal, federer, alcaraz, verstappen, leclerc, tiger
woods, scheffler, ohtani, biles, kane, f1, playoff, playoffs, overtime, wicket, wickets, batsman,
bowler, innings, pitcher, outfielder, goalkeeper, striker, winger, defender, coach, rookie,
referee, umpire, championship, olympic, medal, medals, tennis, cricket, rugby, football, soccer,
basketball, baseball, golf, boxing, hockey, skiing, downhill, marathon, squad, kick off, half
time, full time, title race, final score, knockout, relegation, equaliser, equalised, mvp, scored,
scores twice, fixtures, offside, inning, premiership, golfer, golfers, hitter, teammate,
teammates, yards, coaches, win over, victory over, wins over, loss to, game against, match
against, this season, last season, next season, the season, of the season, first half, second
half, the playoffs, playing time, cardinals, browns, raptors, nuggets, jaguars, vikings, rams,
spurs, reds, redskins, colts, ravens, falcons, panthers, clippers, pistons, sixers, 76ers,
cavaliers, timberwolves, blackhawks, sharapova, hewitt, safin, agassi, serena williams, pro bowl,
all star, defensive end, linebacker, cornerback, lineman, bullpen, dugout, fastball, par 5, bogey,
birdie, birdies, sprint relay, sprinter, swimmer, gold, silver medal, bronze medal, bronze,
premier division, hall of famer, unanimous decision, title defense, ranked, batting, bowled,
hamstring, acl, derby, runner up, touch line, unbeaten, halfpipe, deportes, meister, seed,
dribble, dunk, rebounds, assists, pundit, hooligans, world champion
"""
_SPORTS_1 = """
beat, beats, defeat, defeated, win, wins, won, winner, victory, lead, leads, lose, loses, loss,
game, games, match, goal, goals, season, team, club, player, players, fans, league, cup, final,
finals, champion, champions, stadium, pitch, score, points, tournament, bracket, race, racing,
debut, signing, transfer, injury, injured, contract, draft, title, trophy, penalty, derby,
victories, seasons, teams, opener, rivalry, streak, offense, defense, defensive, veteran, threw,
receiver, knee, play, playing, tied, beating, beaten, top ranked, first round, round, athletes,
athlete, athens, sports, men s, women s, retires, heads, shot, shots, scoring, eagles, chiefs,
bills, jets, giants, bears, titans, rangers, kings, suns, thunder, pacers, heat, saints, raiders,
england, spain, brazil, portugal, toss, runners, home side, visitors, corner, header, winning,
sacked, manager, career, captain
"""
_ENTERTAINMENT_3 = """
box office, oscars, oscar, emmy, emmys, grammy, grammys, golden globes, bafta, eurovision,
bollywood, netflix series, movie trailer, first trailer, first look, season finale, spoilers
ahead, spoilers, spoiler, album review, film review, concert review, film festival, cannes,
broadway, musical, musicals, k pop, bts, sequel, prequel, directed by, starring, cinemas, best
picture, best actor, best actress, reality tv, love island, sitcom, stand up comedy, comedy
special, soundtrack, world tour, tour dates, headliners, glastonbury, comic con, marvel, warner
bros, superhero, late night hosts, music video, new single, new album, new movie, new film, soap
opera, talk show, what to watch, director s cut, booker prize, music friday, premiere date, voice
actor, rolling stone, red carpet premiere
"""
_ENTERTAINMENT_2 = """
hollywood, blockbuster, playstation, film, films, movie, movies, actor, actress, actors, album,
albums, singer, songs, song, rapper, band, concert, concerts, drama, comedy, comedian, thriller,
anime, episode, episodes, cast, casting, trailer, trailers, teaser, director, nominations,
nominees, nominee, novel, novels, critics, review, premiere, premieres, cinema, theatre, tv
series, hbo, disney, variety, billboard, charts, chart topping, nintendo, zelda, xbox, batman,
superman, avengers, dune, coldplay, dua lipa, kendrick lamar, beyonce, spielberg, cate blanchett,
exhibition, paintings, museum, festival, recap, binge, showrunner, renewed, screenplay, villain,
halftime show, storyline, headline, pilot
"""
_ENTERTAINMENT_1 = """
music, tv, show, series, season, studio, fans, star, stars, award, awards, tour, tickets, role,
stage, streaming, netflix, fantasy, hit, hits, watch, viewers, plays, played, novelist, author,
crowd, character, scene, tracks, written by, sold out, podcast, performance, book, lead
"""
_CELEBRITY_3 = """
kardashian, kim kardashian, taylor swift, travis kelce, prince harry, meghan, royal family,
buckingham palace, duchess, duke and duchess, met gala, paparazzi, baby bump, red carpet,
celebrity, celebrities, supermodel, justin bieber, hailey bieber, brad pitt, ben affleck, jennifer
garner, george clooney, rihanna, zendaya, oprah, gossip, a lister, heartthrob, filed for divorce,
files for divorce, popped the question, wedding ring, mystery man, reality star, pop star, child
star, tiktok star, plastic surgery, custody battle, ex husband, ex wife, ex boyfriend, ex
girlfriend, cryptic post, opens up, opened up, princess of wales, palace insiders, birthday
tribute, leonardo dicaprio, scarlett johansson, elton john, best dressed
"""
_CELEBRITY_2 = """
instagram, engagement, engaged, divorce, wedding, fiancé, fiancée, girlfriend, boyfriend, breakup,
dating, pregnant, pregnancy, romance, romantic, influencer, selfie, selfies, yacht, mansion,
rumours, rumors, affair, gown, husband, actress, royal, princess, prince, duke, baby girl, baby
boy, twins, married, marriage, malibu, beverly hills, photos, makeover, feud, stuns, stunned,
spotted, insider, billionaire, kate, bieber, hairdo, heartbroken, honeymoon, couple
"""
_CELEBRITY_1 = """
star, singer, actor, fans, followers, photo, birthday, famous, interview, party, dinner, couple,
model, children, kids, child, love, dress, rings, ring, magazine, tiktok, tearful, exclusive,
guests, rapper, hollywood, denied, snapped, private life, holding hands, premiere
"""
_WEATHER_3 = """
sunny spells, sunny intervals, partly cloudy, mostly cloudy, mainly clear, weekend forecast,
pollen count, hay fever, uv index, northern lights, white christmas, patchy fog, light winds,
light breeze, gentle breeze, blue skies, clear skies, snow flurries, weather outlook, beach
weather, barbecue weather, sunny weekend, sunny day, light snow, warmer than usual, ski forecast,
fresh powder, full moon, today s weather, the weather, nice weather, perfect weather, feeling
warm, feeling cool, das wetter, mild spell, dry spell, weather small talk, light rain
"""
_WEATHER_2 = """
sunny, sunshine, sunglasses, umbrella, drizzle, showers, cloudy, breeze, forecaster, forecasters,
chilly, mild, highs, lows, degrees, sunscreen, snowflakes, sunrise, sunset, pollen, warmer,
overcast, rainy, crisp, snowy, skies, wetter, sonne, weather, brighter
"""
_WEATHER_1 = """
rain, snow, warm, sun, cool, dry, bright, forecast, weekend, tomorrow, afternoon, morning, beach,
spring, autumn, summer, winter, fog, winds, temperatures, temperature, pleasant, tonight, leaves,
slopes, clear, high of, maximum, christmas, wind
"""
_LOTTERY_3 = """
powerball, mega millions, euromillions, winning numbers, winning ticket, lucky numbers, lucky
stars, lucky ticket, scratch off, scratch card, lottery ticket, lottery numbers, national lottery,
jackpot winner, thunderball, lottozahlen, lotto 6 aus 49, prize draw, you have won, claim your
prize, claim the prize, claim the jackpot, sweepstakes, raffle, el gordo, unclaimed ticket, free
spins, casino bonus, win a holiday, set for life, cash 5, pick 3, pick 4, evening draw, lottery
draw, chance to win, lottery syndicate, ticket holder, lucky winner, lucky for life, rolls over,
full house, no ticket matched, bingo night
"""
_LOTTERY_2 = """
lottery, lotto, jackpot, bingo, casino, roulette, congratulations, millionaire, scratch,
syndicate, drawn, lucky, unclaimed, winner, prize, gewinnzahlen, six numbers
"""
_LOTTERY_1 = """
draw, drawing, ticket, tickets, numbers, million, billion, win, wins, won, winners, prizes, claim,
claims, results, charity, dollars
"""
_MARKETING_3 = """
shop now, order now, order today, buy now, buy it now, book now, sign up today, act now, register
now, subscribe now, invest now, limited time, limited edition, limited seats, free shipping, free
delivery, free trial, free quote, free ebook, free webinar, promo code, use code, coupon code,
exclusive offer, special offer, flash sale, biggest sale, clearance sale, up to 50, save up, save
big, half price, buy one get one, get one free, money back guarantee, gift guide, best deals,
early deals, the best deals, cyber monday deals, black friday deals, prime day, black friday,
cyber monday, no experience needed, work from home, earn money, guaranteed returns, sponsored
post, to unsubscribe, unsubscribe at any time, valued customer, loyalty points, loyalty card,
double points, refer a friend, book a demo, today announced, leading provider, innovative
solutions, named a leader, grand opening, off your next, off everything, everything must go,
growth hacks, click here, webinar, shop the sale, complete your purchase, cancel any time, at
booth, travel deals, today only, off orders, last chance, compare quotes, dear customer, award
winning
"""
_MARKETING_2 = """
deals, discount, discounts, voucher, coupon, bargain, sale, unsubscribe, newsletter, giveaway,
sponsored, clearance, savings, sneakers, mattress, miracle, presents, subscribe, hurry, ebook,
customers love, advertisement, prices slashed, seo, cashback, coupons
"""
_MARKETING_1 = """
free, buy, shop, order, orders, price, prices, store, stores, gift, exclusive, discover, join,
customers, purchase, weekend, enjoy, guaranteed, business, shoes, code, off, gets yours, get
yours, ends, midnight, rich, coin, quote, amazon, offer, offers, shopping, leads, deal, visit,
dad, anniversary, introducing, collection, save, crypto, expires, today
"""
_LIFESTYLE_3 = """
horoscope, horoscopes, zodiac, tarot, aries, taurus, gemini, scorpio, sagittarius, capricorn,
aquarius, pisces, virgo, in retrograde, your horoscope, recipe, recipes, olive oil, slow cooker,
maple syrup, baking soda, meal prep, travel guide, places to visit, where to stay, weekend
getaway, crossword, sudoku, wordle, word search, skincare, moisturizer, hairstyles, haircuts,
interior design, dating advice, dating expert, first date, personal trainer, tasting menu,
restaurant review, yoga, dog breed, wine of the week, joke of the day, hiking trails, fashion
editors, beer gardens, boutique hotel, sea views, cleaning hacks, flat stomach, nutritionist,
delicious, parenting
"""
_LIFESTYLE_2 = """
garlic, onion, tomatoes, basil, flour, butter, vegetables, chicken, avocado, quinoa, pasta, soup,
dessert, bistro, chef, wine, riesling, pancakes, cinnamon, bakery, puppy, kitten, cat, dog, denim,
fashion, stylists, cosy, cozy, villa, cabins, balcony, dermatologists, stroll, bedtime, bedroom,
herbal, cooking, vinegar, trivia, quiz, puzzles, exercises, gym, jokes, healthy, lunches, lunch,
beaches, venus, saturn, mercury, sparkling, getaway, recipes, season with, romantic, sleep
"""
_LIFESTYLE_1 = """
tips, coffee, tea, kitchen, garden, gardens, plants, eggs, milk, salt, style, wear, trends, home,
kids, parents, travel, hotel, pool, rug, internet, bath, bike, beer, menu, moon, heart, love,
friend, advice, weekend, mountains, guide, relax, delights, video, easy, book, stars
"""

_BY_KIND = (
    (_SPORTS_1, _SPORTS_2, _SPORTS_3),
    (_ENTERTAINMENT_1, _ENTERTAINMENT_2, _ENTERTAINMENT_3),
    (_CELEBRITY_1, _CELEBRITY_2, _CELEBRITY_3),
    (_WEATHER_1, _WEATHER_2, _WEATHER_3),
    (_LOTTERY_1, _LOTTERY_2, _LOTTERY_3),
    (_MARKETING_1, _MARKETING_2, _MARKETING_3),
    (_LIFESTYLE_1, _LIFESTYLE_2, _LIFESTYLE_3),
)


def phrases() -> dict[str, dict[str, int]]:
    """Return the weight, 1 to 3, that each word or phrase has for each kind."""
    weights: dict[str, dict[str, int]] = {}
    for kind, lists in zip(KINDS, _BY_KIND, strict=True):
        for weight, text in enumerate(lists, start=1):
            for phrase in text.replace("\n", " ").split(","):
                weights.setdefault(" ".join(phrase.split()), {})[kind] = weight
    return weights
