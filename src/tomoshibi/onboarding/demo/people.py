"""Invented people and shops: parts of names put together by chance."""

import numpy as np

FAMILY = (
    "灯野:トモシノ 明石原:アカシハラ 月見里:ヤマナシ 川添:カワゾエ 森永野:モリナガノ 高瀬川:タカセガワ 久米田:クメダ 花房:ハナブサ "
    "東雲:シノノメ 若宮:ワカミヤ 浅葱:アサギ 鳴海:ナルミ 小日向:コヒナタ 望月:モチヅキ 榊原:サカキバラ 真壁:マカベ 笹川:ササガワ "
    "相楽:サガラ 葛西:カサイ 水無瀬:ミナセ 御手洗:ミタライ 早乙女:サオトメ 一ノ瀬:イチノセ 霧島:キリシマ 朝霞:アサカ 夏目:ナツメ "
    "春日井:カスガイ 秋庭:アキバ 冬木:フユキ 宇佐美:ウサミ 千早:チハヤ 榛名:ハルナ 白河:シラカワ 黒瀬:クロセ 赤城:アカギ 青柳:アオヤギ "
    "緑川:ミドリカワ 桃井:モモイ 梅原:ウメハラ 竹之内:タケノウチ 松浦:マツウラ 柏木:カシワギ 桐生:キリュウ 楠本:クスモト 楓原:カエデハラ "
    "髙梨:タカナシ 渡邉:ワタナベ 齋藤:サイトウ 佐藤:サトウ 鈴木:スズキ 田中:タナカ 伊藤:イトウ 山本:ヤマモト 中村:ナカムラ 小林:コバヤシ"
)  # fmt: skip
GIVEN = (
    "灯:アカリ 太郎:タロウ 花子:ハナコ 一郎:イチロウ 美咲:ミサキ 健太:ケンタ 優子:ユウコ 翔:ショウ 葵:アオイ 誠:マコト 陽菜:ヒナ 蓮:レン "
    "結衣:ユイ 大輔:ダイスケ 直美:ナオミ 隆:タカシ 恵:メグミ 修:オサム 由美子:ユミコ 亮:リョウ 千尋:チヒロ 悠斗:ユウト 凛:リン 和子:カズコ "
    "茂:シゲル 芳江:ヨシエ 昇:ノボル 静香:シズカ 拓也:タクヤ 京子:キョウコ 康平:コウヘイ 沙織:サオリ 進:ススム 麻衣:マイ 豊:ユタカ 遥:ハルカ"
)  # fmt: skip
SHOP_PLACE = "灯町:トモシビチョウ 月夜:ツキヨ 星見:ホシミ 港南:コウナン 若葉:ワカバ 坂上:サカウエ 駅前:エキマエ 川端:カワバタ 緑丘:ミドリオカ"
SHOP_KIND = (
    "ベーカリー:ベーカリー 珈琲店:コーヒーテン クリーニング:クリーニング 歯科医院:シカイイン 理髪店:リハツテン 食堂:ショクドウ "
    "生花店:セイカテン 薬局:ヤッキョク 書店:ショテン 酒店:サケテン 整骨院:セイコツイン 工務店:コウムテン"
)


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(name, kana) for name, _, kana in (item.partition(":") for item in text.split())]


def people(count: int, *, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Names and kana of invented people."""
    family, given = _pairs(FAMILY), _pairs(GIVEN)
    first, second = rng.integers(0, len(family), count), rng.integers(0, len(given), count)
    return [
        (f"{family[f][0]} {given[g][0]}", f"{family[f][1]} {given[g][1]}") for f, g in zip(first, second, strict=True)
    ]


def shops(count: int, *, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Names and kana of invented shops; every other is a company."""
    place, kind = _pairs(SHOP_PLACE), _pairs(SHOP_KIND)
    first, second = rng.integers(0, len(place), count), rng.integers(0, len(kind), count)
    found = []
    for number, (p, k) in enumerate(zip(first, second, strict=True)):
        company = number % 2 == 0
        name = f"{'株式会社' if company else ''}{place[p][0]}{kind[k][0]}"
        found.append((name, f"{'カブシキガイシャ ' if company else ''}{place[p][1]}{kind[k][1]}"))
    return found
